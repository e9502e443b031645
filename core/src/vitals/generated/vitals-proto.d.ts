import * as $protobuf from "protobufjs";
import Long = require("long");

/** Namespace vitalwire. */
export namespace vitalwire {

    /** Namespace v1. */
    namespace v1 {

        /**
         * Properties of a Reading.
         * @deprecated Use vitalwire.v1.Reading.$Properties instead.
         */
        interface IReading extends vitalwire.v1.Reading.$Properties {
        }

        /** Represents a Reading. */
        class Reading {

            /**
             * Constructs a new Reading.
             * @param [properties] Properties to set
             */
            constructor(properties?: vitalwire.v1.Reading.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Reading deviceId. */
            deviceId: string;

            /** Reading patientId. */
            patientId: string;

            /** Reading region. */
            region: string;

            /** Reading bootId. */
            bootId: number;

            /** Reading sequence. */
            sequence: number;

            /** Reading measuredAtMs. */
            measuredAtMs: number;

            /** Reading mode. */
            mode: vitalwire.v1.Mode;

            /** Reading heartbeat. */
            heartbeat?: (number|null);

            /** Reading bloodPressureSystolic. */
            bloodPressureSystolic?: (number|null);

            /** Reading bloodPressureDiastolic. */
            bloodPressureDiastolic?: (number|null);

            /** Reading temperature. */
            temperature?: (number|null);

            /** Reading oxygenSaturation. */
            oxygenSaturation?: (number|null);

            /** Reading respiratoryRate. */
            respiratoryRate?: (number|null);

            /** Reading temperatureUnit. */
            temperatureUnit: vitalwire.v1.TemperatureUnit;

            /** Reading supplementalOxygen. */
            supplementalOxygen?: (boolean|null);

            /** Reading consciousness. */
            consciousness: vitalwire.v1.Consciousness;

            /** Reading quality. */
            quality: vitalwire.v1.VitalQuality.$Properties[];

            /** Reading batteryPercent. */
            batteryPercent?: (number|null);

            /**
             * Encodes the specified Reading message. Does not implicitly {@link vitalwire.v1.Reading.verify|verify} messages.
             * @param message Reading message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: vitalwire.v1.Reading.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Reading message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {vitalwire.v1.Reading & vitalwire.v1.Reading.$Shape} Reading
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): vitalwire.v1.Reading & vitalwire.v1.Reading.$Shape;

            /**
             * Creates a Reading message from a plain object. Also converts values to their respective internal types.
             * @param object Plain object
             * @returns Reading
             */
            static fromObject(object: { [k: string]: any }): vitalwire.v1.Reading;

            /**
             * Creates a plain object from a Reading message. Also converts values to other types if specified.
             * @param message Reading
             * @param [options] Conversion options
             * @returns Plain object
             */
            static toObject(message: vitalwire.v1.Reading, options?: $protobuf.IConversionOptions): { [k: string]: any };

            /**
             * Converts this Reading to JSON.
             * @returns JSON object
             */
            toJSON(): { [k: string]: any };
        }

        namespace Reading {

            /** Properties of a Reading. */
            interface $Properties {

                /** Reading deviceId */
                deviceId?: (string|null);

                /** Reading patientId */
                patientId?: (string|null);

                /** Reading region */
                region?: (string|null);

                /** Reading bootId */
                bootId?: (number|null);

                /** Reading sequence */
                sequence?: (number|null);

                /** Reading measuredAtMs */
                measuredAtMs?: (number|null);

                /** Reading mode */
                mode?: (vitalwire.v1.Mode|null);

                /** Reading heartbeat */
                heartbeat?: (number|null);

                /** Reading bloodPressureSystolic */
                bloodPressureSystolic?: (number|null);

                /** Reading bloodPressureDiastolic */
                bloodPressureDiastolic?: (number|null);

                /** Reading temperature */
                temperature?: (number|null);

                /** Reading oxygenSaturation */
                oxygenSaturation?: (number|null);

                /** Reading respiratoryRate */
                respiratoryRate?: (number|null);

                /** Reading temperatureUnit */
                temperatureUnit?: (vitalwire.v1.TemperatureUnit|null);

                /** Reading supplementalOxygen */
                supplementalOxygen?: (boolean|null);

                /** Reading consciousness */
                consciousness?: (vitalwire.v1.Consciousness|null);

                /** Reading quality */
                quality?: (vitalwire.v1.VitalQuality.$Properties[]|null);

                /** Reading batteryPercent */
                batteryPercent?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Reading. */
            type $Shape = vitalwire.v1.Reading.$Properties;
        }

        /**
         * Properties of a ReadingBatch.
         * @deprecated Use vitalwire.v1.ReadingBatch.$Properties instead.
         */
        interface IReadingBatch extends vitalwire.v1.ReadingBatch.$Properties {
        }

        /** Represents a ReadingBatch. */
        class ReadingBatch {

            /**
             * Constructs a new ReadingBatch.
             * @param [properties] Properties to set
             */
            constructor(properties?: vitalwire.v1.ReadingBatch.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ReadingBatch readings. */
            readings: vitalwire.v1.Reading.$Properties[];

            /**
             * Encodes the specified ReadingBatch message. Does not implicitly {@link vitalwire.v1.ReadingBatch.verify|verify} messages.
             * @param message ReadingBatch message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: vitalwire.v1.ReadingBatch.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ReadingBatch message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {vitalwire.v1.ReadingBatch & vitalwire.v1.ReadingBatch.$Shape} ReadingBatch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): vitalwire.v1.ReadingBatch & vitalwire.v1.ReadingBatch.$Shape;

            /**
             * Creates a ReadingBatch message from a plain object. Also converts values to their respective internal types.
             * @param object Plain object
             * @returns ReadingBatch
             */
            static fromObject(object: { [k: string]: any }): vitalwire.v1.ReadingBatch;

            /**
             * Creates a plain object from a ReadingBatch message. Also converts values to other types if specified.
             * @param message ReadingBatch
             * @param [options] Conversion options
             * @returns Plain object
             */
            static toObject(message: vitalwire.v1.ReadingBatch, options?: $protobuf.IConversionOptions): { [k: string]: any };

            /**
             * Converts this ReadingBatch to JSON.
             * @returns JSON object
             */
            toJSON(): { [k: string]: any };
        }

        namespace ReadingBatch {

            /** Properties of a ReadingBatch. */
            interface $Properties {

                /** ReadingBatch readings */
                readings?: (vitalwire.v1.Reading.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ReadingBatch. */
            type $Shape = vitalwire.v1.ReadingBatch.$Properties;
        }

        /**
         * Properties of a DeviceStatus.
         * @deprecated Use vitalwire.v1.DeviceStatus.$Properties instead.
         */
        interface IDeviceStatus extends vitalwire.v1.DeviceStatus.$Properties {
        }

        /** Represents a DeviceStatus. */
        class DeviceStatus {

            /**
             * Constructs a new DeviceStatus.
             * @param [properties] Properties to set
             */
            constructor(properties?: vitalwire.v1.DeviceStatus.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DeviceStatus deviceId. */
            deviceId: string;

            /** DeviceStatus patientId. */
            patientId: string;

            /** DeviceStatus region. */
            region: string;

            /** DeviceStatus bootId. */
            bootId: number;

            /** DeviceStatus state. */
            state: vitalwire.v1.DeviceStatus.State;

            /** DeviceStatus deviceTimeMs. */
            deviceTimeMs: number;

            /** DeviceStatus model. */
            model: string;

            /** DeviceStatus firmware. */
            firmware: string;

            /** DeviceStatus batteryPercent. */
            batteryPercent?: (number|null);

            /**
             * Encodes the specified DeviceStatus message. Does not implicitly {@link vitalwire.v1.DeviceStatus.verify|verify} messages.
             * @param message DeviceStatus message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: vitalwire.v1.DeviceStatus.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DeviceStatus message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {vitalwire.v1.DeviceStatus & vitalwire.v1.DeviceStatus.$Shape} DeviceStatus
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): vitalwire.v1.DeviceStatus & vitalwire.v1.DeviceStatus.$Shape;

            /**
             * Creates a DeviceStatus message from a plain object. Also converts values to their respective internal types.
             * @param object Plain object
             * @returns DeviceStatus
             */
            static fromObject(object: { [k: string]: any }): vitalwire.v1.DeviceStatus;

            /**
             * Creates a plain object from a DeviceStatus message. Also converts values to other types if specified.
             * @param message DeviceStatus
             * @param [options] Conversion options
             * @returns Plain object
             */
            static toObject(message: vitalwire.v1.DeviceStatus, options?: $protobuf.IConversionOptions): { [k: string]: any };

            /**
             * Converts this DeviceStatus to JSON.
             * @returns JSON object
             */
            toJSON(): { [k: string]: any };
        }

        namespace DeviceStatus {

            /** Properties of a DeviceStatus. */
            interface $Properties {

                /** DeviceStatus deviceId */
                deviceId?: (string|null);

                /** DeviceStatus patientId */
                patientId?: (string|null);

                /** DeviceStatus region */
                region?: (string|null);

                /** DeviceStatus bootId */
                bootId?: (number|null);

                /** DeviceStatus state */
                state?: (vitalwire.v1.DeviceStatus.State|null);

                /** DeviceStatus deviceTimeMs */
                deviceTimeMs?: (number|null);

                /** DeviceStatus model */
                model?: (string|null);

                /** DeviceStatus firmware */
                firmware?: (string|null);

                /** DeviceStatus batteryPercent */
                batteryPercent?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DeviceStatus. */
            type $Shape = vitalwire.v1.DeviceStatus.$Properties;

            /** State enum. */
            enum State {

                /** STATE_UNSPECIFIED value */
                STATE_UNSPECIFIED = 0,

                /** BORN value */
                BORN = 1,

                /** DEAD value */
                DEAD = 2
            }
        }

        /**
         * Properties of a VitalQuality.
         * @deprecated Use vitalwire.v1.VitalQuality.$Properties instead.
         */
        interface IVitalQuality extends vitalwire.v1.VitalQuality.$Properties {
        }

        /** Represents a VitalQuality. */
        class VitalQuality {

            /**
             * Constructs a new VitalQuality.
             * @param [properties] Properties to set
             */
            constructor(properties?: vitalwire.v1.VitalQuality.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** VitalQuality vital. */
            vital: vitalwire.v1.Vital;

            /** VitalQuality validity. */
            validity: vitalwire.v1.Validity;

            /**
             * Encodes the specified VitalQuality message. Does not implicitly {@link vitalwire.v1.VitalQuality.verify|verify} messages.
             * @param message VitalQuality message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: vitalwire.v1.VitalQuality.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a VitalQuality message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {vitalwire.v1.VitalQuality & vitalwire.v1.VitalQuality.$Shape} VitalQuality
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): vitalwire.v1.VitalQuality & vitalwire.v1.VitalQuality.$Shape;

            /**
             * Creates a VitalQuality message from a plain object. Also converts values to their respective internal types.
             * @param object Plain object
             * @returns VitalQuality
             */
            static fromObject(object: { [k: string]: any }): vitalwire.v1.VitalQuality;

            /**
             * Creates a plain object from a VitalQuality message. Also converts values to other types if specified.
             * @param message VitalQuality
             * @param [options] Conversion options
             * @returns Plain object
             */
            static toObject(message: vitalwire.v1.VitalQuality, options?: $protobuf.IConversionOptions): { [k: string]: any };

            /**
             * Converts this VitalQuality to JSON.
             * @returns JSON object
             */
            toJSON(): { [k: string]: any };
        }

        namespace VitalQuality {

            /** Properties of a VitalQuality. */
            interface $Properties {

                /** VitalQuality vital */
                vital?: (vitalwire.v1.Vital|null);

                /** VitalQuality validity */
                validity?: (vitalwire.v1.Validity|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a VitalQuality. */
            type $Shape = vitalwire.v1.VitalQuality.$Properties;
        }

        /** Vital enum. */
        enum Vital {

            /** VITAL_UNSPECIFIED value */
            VITAL_UNSPECIFIED = 0,

            /** HEARTBEAT value */
            HEARTBEAT = 1,

            /** BLOOD_PRESSURE_SYSTOLIC value */
            BLOOD_PRESSURE_SYSTOLIC = 2,

            /** BLOOD_PRESSURE_DIASTOLIC value */
            BLOOD_PRESSURE_DIASTOLIC = 3,

            /** TEMPERATURE value */
            TEMPERATURE = 4,

            /** OXYGEN_SATURATION value */
            OXYGEN_SATURATION = 5,

            /** RESPIRATORY_RATE value */
            RESPIRATORY_RATE = 6
        }

        /** Validity enum. */
        enum Validity {

            /** VALID value */
            VALID = 0,

            /** QUESTIONABLE value */
            QUESTIONABLE = 1,

            /** INVALID value */
            INVALID = 2,

            /** NOT_AVAILABLE value */
            NOT_AVAILABLE = 3
        }

        /** TemperatureUnit enum. */
        enum TemperatureUnit {

            /** FAHRENHEIT value */
            FAHRENHEIT = 0,

            /** CELSIUS value */
            CELSIUS = 1
        }

        /** Consciousness enum. */
        enum Consciousness {

            /** CONSCIOUSNESS_UNKNOWN value */
            CONSCIOUSNESS_UNKNOWN = 0,

            /** ALERT value */
            ALERT = 1,

            /** NEW_CONFUSION value */
            NEW_CONFUSION = 2,

            /** VOICE value */
            VOICE = 3,

            /** PAIN value */
            PAIN = 4,

            /** UNRESPONSIVE value */
            UNRESPONSIVE = 5
        }

        /** Mode enum. */
        enum Mode {

            /** REAL value */
            REAL = 0,

            /** TEST value */
            TEST = 1,

            /** DEMO value */
            DEMO = 2
        }
    }
}
