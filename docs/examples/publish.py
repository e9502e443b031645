# pip install paho-mqtt; python3 docs/examples/publish.py TOKEN [PORT]
import random, struct, sys, time
from paho.mqtt import publish


def varint(number):
    return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + varint(number >> 7)


def field(number, value):  # one field of core/proto/vitals.proto: a text, a float or a whole number
    if isinstance(value, str):
        return varint(number << 3 | 2) + varint(len(value.encode())) + value.encode()
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    return varint(number << 3) + varint(value)


device_id, patient_id, region, boot_id = "MON-1", "P1", "Northeast", random.getrandbits(32)
fields = {1: device_id, 2: patient_id, 3: region, 4: boot_id, 5: 1, 6: int(time.time() * 1000)}
vitals = {10: 72.0, 14: 98.0, 15: 16.0}  # heartbeat, oxygen_saturation, respiratory_rate
reading = b"".join(field(number, value) for number, value in (fields | vitals).items())

publish.single(
    f"vitals/v1/{region}/{device_id}/readings", reading, qos=1,
    hostname="127.0.0.1", port=int(sys.argv[2]) if len(sys.argv) > 2 else 1883,
    client_id=device_id, auth={"username": device_id, "password": sys.argv[1]},
)  # returns on the PUBACK
print("acknowledged: the reading is durable")
