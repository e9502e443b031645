import { Aedes, type AedesOptions, type Client, type PublishPacket } from 'aedes';

type Done = (error?: Error) => void;

/**
 * Aedes for devices that talk to the gateway and not to one another. By the time Aedes would fan a device's message out, it is durable
 * in the event log and acknowledged: there is nothing left to do, and doing nothing saves the matching of topics and every stored or
 * retained copy. What the gateway itself publishes (a command to a device) is delivered as usual; Aedes' own notices to other brokers
 * have nobody to read them.
 */
export class DeviceBroker extends Aedes {
  static async start(options: AedesOptions): Promise<DeviceBroker> {
    const broker = new DeviceBroker(options);
    await broker.listen();
    return broker;
  }

  override publish(packet: PublishPacket, done: Done): void;
  override publish(packet: PublishPacket, client: Client | Done | null, done?: Done): void {
    if (typeof client !== 'function') done?.();
    else if (packet.topic.startsWith('$SYS/')) client();
    else super.publish(packet, client);
  }
}
