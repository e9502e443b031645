/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError, $TypeError = $util.global.TypeError, $String = $util.global.String, $Number = $util.global.Number, $parseInt = $util.global.parseInt, $Boolean = $util.global.Boolean, $Array = $util.global.Array, $BigInt = $util.global.BigInt, $isFinite = $util.global.isFinite;

// Exported root namespace
const $root = $protobuf.roots["default"] || ($protobuf.roots["default"] = {});

export const vitalwire = $root.vitalwire = (() => {

    /**
     * Namespace vitalwire.
     * @exports vitalwire
     * @namespace
     */
    const vitalwire = {};

    vitalwire.v1 = (function() {

        /**
         * Namespace v1.
         * @memberof vitalwire
         * @namespace
         */
        const v1 = {};

        v1.Reading = (function() {

            /**
             * Properties of a Reading.
             * @typedef {Object} vitalwire.v1.Reading.$Properties
             * @property {string|null} [deviceId] Reading deviceId
             * @property {string|null} [patientId] Reading patientId
             * @property {string|null} [region] Reading region
             * @property {number|null} [bootId] Reading bootId
             * @property {number|null} [sequence] Reading sequence
             * @property {number|null} [measuredAtMs] Reading measuredAtMs
             * @property {vitalwire.v1.Mode|null} [mode] Reading mode
             * @property {number|null} [heartbeat] Reading heartbeat
             * @property {number|null} [bloodPressureSystolic] Reading bloodPressureSystolic
             * @property {number|null} [bloodPressureDiastolic] Reading bloodPressureDiastolic
             * @property {number|null} [temperature] Reading temperature
             * @property {number|null} [oxygenSaturation] Reading oxygenSaturation
             * @property {number|null} [respiratoryRate] Reading respiratoryRate
             * @property {vitalwire.v1.TemperatureUnit|null} [temperatureUnit] Reading temperatureUnit
             * @property {boolean|null} [supplementalOxygen] Reading supplementalOxygen
             * @property {vitalwire.v1.Consciousness|null} [consciousness] Reading consciousness
             * @property {Array.<vitalwire.v1.VitalQuality.$Properties>|null} [quality] Reading quality
             * @property {number|null} [batteryPercent] Reading batteryPercent
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Reading.
             * @memberof vitalwire.v1
             * @interface IReading
             * @augments vitalwire.v1.Reading.$Properties
             * @deprecated Use vitalwire.v1.Reading.$Properties instead.
             */

            /**
             * Shape of a Reading.
             * @typedef {vitalwire.v1.Reading.$Properties} vitalwire.v1.Reading.$Shape
             */

            /**
             * Constructs a new Reading.
             * @memberof vitalwire.v1
             * @classdesc Represents a Reading.
             * @constructor
             * @param {vitalwire.v1.Reading.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Reading = function (properties) {
                this.quality = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Reading deviceId.
             * @member {string} deviceId
             * @memberof vitalwire.v1.Reading
             * @instance
             */
            Reading.prototype.deviceId = "";

            /**
             * Reading patientId.
             * @member {string} patientId
             * @memberof vitalwire.v1.Reading
             * @instance
             */
            Reading.prototype.patientId = "";

            /**
             * Reading region.
             * @member {string} region
             * @memberof vitalwire.v1.Reading
             * @instance
             */
            Reading.prototype.region = "";

            /**
             * Reading bootId.
             * @member {number} bootId
             * @memberof vitalwire.v1.Reading
             * @instance
             */
            Reading.prototype.bootId = 0;

            /**
             * Reading sequence.
             * @member {number} sequence
             * @memberof vitalwire.v1.Reading
             * @instance
             */
            Reading.prototype.sequence = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Reading measuredAtMs.
             * @member {number} measuredAtMs
             * @memberof vitalwire.v1.Reading
             * @instance
             */
            Reading.prototype.measuredAtMs = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * Reading mode.
             * @member {vitalwire.v1.Mode} mode
             * @memberof vitalwire.v1.Reading
             * @instance
             */
            Reading.prototype.mode = 0;

            /**
             * Reading heartbeat.
             * @member {number|null|undefined} heartbeat
             * @memberof vitalwire.v1.Reading
             * @instance
             */
            Reading.prototype.heartbeat = null;

            /**
             * Reading bloodPressureSystolic.
             * @member {number|null|undefined} bloodPressureSystolic
             * @memberof vitalwire.v1.Reading
             * @instance
             */
            Reading.prototype.bloodPressureSystolic = null;

            /**
             * Reading bloodPressureDiastolic.
             * @member {number|null|undefined} bloodPressureDiastolic
             * @memberof vitalwire.v1.Reading
             * @instance
             */
            Reading.prototype.bloodPressureDiastolic = null;

            /**
             * Reading temperature.
             * @member {number|null|undefined} temperature
             * @memberof vitalwire.v1.Reading
             * @instance
             */
            Reading.prototype.temperature = null;

            /**
             * Reading oxygenSaturation.
             * @member {number|null|undefined} oxygenSaturation
             * @memberof vitalwire.v1.Reading
             * @instance
             */
            Reading.prototype.oxygenSaturation = null;

            /**
             * Reading respiratoryRate.
             * @member {number|null|undefined} respiratoryRate
             * @memberof vitalwire.v1.Reading
             * @instance
             */
            Reading.prototype.respiratoryRate = null;

            /**
             * Reading temperatureUnit.
             * @member {vitalwire.v1.TemperatureUnit} temperatureUnit
             * @memberof vitalwire.v1.Reading
             * @instance
             */
            Reading.prototype.temperatureUnit = 0;

            /**
             * Reading supplementalOxygen.
             * @member {boolean|null|undefined} supplementalOxygen
             * @memberof vitalwire.v1.Reading
             * @instance
             */
            Reading.prototype.supplementalOxygen = null;

            /**
             * Reading consciousness.
             * @member {vitalwire.v1.Consciousness} consciousness
             * @memberof vitalwire.v1.Reading
             * @instance
             */
            Reading.prototype.consciousness = 0;

            /**
             * Reading quality.
             * @member {Array.<vitalwire.v1.VitalQuality.$Properties>} quality
             * @memberof vitalwire.v1.Reading
             * @instance
             */
            Reading.prototype.quality = $util.emptyArray;

            /**
             * Reading batteryPercent.
             * @member {number|null|undefined} batteryPercent
             * @memberof vitalwire.v1.Reading
             * @instance
             */
            Reading.prototype.batteryPercent = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Reading.prototype, "_heartbeat", {
                get: $util.oneOfGetter($oneOfFields = ["heartbeat"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Reading.prototype, "_bloodPressureSystolic", {
                get: $util.oneOfGetter($oneOfFields = ["bloodPressureSystolic"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Reading.prototype, "_bloodPressureDiastolic", {
                get: $util.oneOfGetter($oneOfFields = ["bloodPressureDiastolic"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Reading.prototype, "_temperature", {
                get: $util.oneOfGetter($oneOfFields = ["temperature"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Reading.prototype, "_oxygenSaturation", {
                get: $util.oneOfGetter($oneOfFields = ["oxygenSaturation"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Reading.prototype, "_respiratoryRate", {
                get: $util.oneOfGetter($oneOfFields = ["respiratoryRate"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Reading.prototype, "_supplementalOxygen", {
                get: $util.oneOfGetter($oneOfFields = ["supplementalOxygen"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Reading.prototype, "_batteryPercent", {
                get: $util.oneOfGetter($oneOfFields = ["batteryPercent"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified Reading message. Does not implicitly {@link vitalwire.v1.Reading.verify|verify} messages.
             * @function encode
             * @memberof vitalwire.v1.Reading
             * @static
             * @param {vitalwire.v1.Reading.$Properties} message Reading message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Reading.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.deviceId != null && $Object.hasOwnProperty.call(message, "deviceId") && message.deviceId !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.deviceId);
                if (message.patientId != null && $Object.hasOwnProperty.call(message, "patientId") && message.patientId !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.patientId);
                if (message.region != null && $Object.hasOwnProperty.call(message, "region") && message.region !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.region);
                if (message.bootId != null && $Object.hasOwnProperty.call(message, "bootId") && message.bootId !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.bootId);
                if (message.sequence != null && $Object.hasOwnProperty.call(message, "sequence") && (typeof message.sequence === "object" ? message.sequence.low || message.sequence.high : message.sequence !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.sequence);
                if (message.measuredAtMs != null && $Object.hasOwnProperty.call(message, "measuredAtMs") && (typeof message.measuredAtMs === "object" ? message.measuredAtMs.low || message.measuredAtMs.high : message.measuredAtMs !== 0))
                    writer.uint32(/* id 6, wireType 0 =*/48).int64(message.measuredAtMs);
                if (message.mode != null && $Object.hasOwnProperty.call(message, "mode") && message.mode !== 0)
                    writer.uint32(/* id 7, wireType 0 =*/56).int32(message.mode);
                if (message.heartbeat != null && $Object.hasOwnProperty.call(message, "heartbeat"))
                    writer.uint32(/* id 10, wireType 5 =*/85).float(message.heartbeat);
                if (message.bloodPressureSystolic != null && $Object.hasOwnProperty.call(message, "bloodPressureSystolic"))
                    writer.uint32(/* id 11, wireType 5 =*/93).float(message.bloodPressureSystolic);
                if (message.bloodPressureDiastolic != null && $Object.hasOwnProperty.call(message, "bloodPressureDiastolic"))
                    writer.uint32(/* id 12, wireType 5 =*/101).float(message.bloodPressureDiastolic);
                if (message.temperature != null && $Object.hasOwnProperty.call(message, "temperature"))
                    writer.uint32(/* id 13, wireType 5 =*/109).float(message.temperature);
                if (message.oxygenSaturation != null && $Object.hasOwnProperty.call(message, "oxygenSaturation"))
                    writer.uint32(/* id 14, wireType 5 =*/117).float(message.oxygenSaturation);
                if (message.respiratoryRate != null && $Object.hasOwnProperty.call(message, "respiratoryRate"))
                    writer.uint32(/* id 15, wireType 5 =*/125).float(message.respiratoryRate);
                if (message.temperatureUnit != null && $Object.hasOwnProperty.call(message, "temperatureUnit") && message.temperatureUnit !== 0)
                    writer.uint32(/* id 16, wireType 0 =*/128).int32(message.temperatureUnit);
                if (message.supplementalOxygen != null && $Object.hasOwnProperty.call(message, "supplementalOxygen"))
                    writer.uint32(/* id 20, wireType 0 =*/160).bool(message.supplementalOxygen);
                if (message.consciousness != null && $Object.hasOwnProperty.call(message, "consciousness") && message.consciousness !== 0)
                    writer.uint32(/* id 21, wireType 0 =*/168).int32(message.consciousness);
                if (message.quality != null && message.quality.length)
                    for (let i = 0; i < message.quality.length; ++i)
                        $root.vitalwire.v1.VitalQuality.encode(message.quality[i], writer.uint32(/* id 22, wireType 2 =*/178).fork(), _depth + 1).ldelim();
                if (message.batteryPercent != null && $Object.hasOwnProperty.call(message, "batteryPercent"))
                    writer.uint32(/* id 23, wireType 0 =*/184).uint32(message.batteryPercent);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Reading message from the specified reader or buffer.
             * @function decode
             * @memberof vitalwire.v1.Reading
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {vitalwire.v1.Reading & vitalwire.v1.Reading.$Shape} Reading
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Reading.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.vitalwire.v1.Reading();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.deviceId = value;
                            else
                                delete message.deviceId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.patientId = value;
                            else
                                delete message.patientId;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.region = value;
                            else
                                delete message.region;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.bootId = value;
                            else
                                delete message.bootId;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.sequence = value;
                            else
                                delete message.sequence;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.measuredAtMs = value;
                            else
                                delete message.measuredAtMs;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.mode = value;
                            else
                                delete message.mode;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 5)
                                break;
                            message.heartbeat = reader.float();
                            message._heartbeat = "heartbeat";
                            continue;
                        }
                    case 11: {
                            if (wireType !== 5)
                                break;
                            message.bloodPressureSystolic = reader.float();
                            message._bloodPressureSystolic = "bloodPressureSystolic";
                            continue;
                        }
                    case 12: {
                            if (wireType !== 5)
                                break;
                            message.bloodPressureDiastolic = reader.float();
                            message._bloodPressureDiastolic = "bloodPressureDiastolic";
                            continue;
                        }
                    case 13: {
                            if (wireType !== 5)
                                break;
                            message.temperature = reader.float();
                            message._temperature = "temperature";
                            continue;
                        }
                    case 14: {
                            if (wireType !== 5)
                                break;
                            message.oxygenSaturation = reader.float();
                            message._oxygenSaturation = "oxygenSaturation";
                            continue;
                        }
                    case 15: {
                            if (wireType !== 5)
                                break;
                            message.respiratoryRate = reader.float();
                            message._respiratoryRate = "respiratoryRate";
                            continue;
                        }
                    case 16: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.temperatureUnit = value;
                            else
                                delete message.temperatureUnit;
                            continue;
                        }
                    case 20: {
                            if (wireType !== 0)
                                break;
                            message.supplementalOxygen = reader.bool();
                            message._supplementalOxygen = "supplementalOxygen";
                            continue;
                        }
                    case 21: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.consciousness = value;
                            else
                                delete message.consciousness;
                            continue;
                        }
                    case 22: {
                            if (wireType !== 2)
                                break;
                            if (!(message.quality && message.quality.length))
                                message.quality = [];
                            message.quality.push($root.vitalwire.v1.VitalQuality.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 23: {
                            if (wireType !== 0)
                                break;
                            message.batteryPercent = reader.uint32();
                            message._batteryPercent = "batteryPercent";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Creates a Reading message from a plain object. Also converts values to their respective internal types.
             * @function fromObject
             * @memberof vitalwire.v1.Reading
             * @static
             * @param {Object.<string,*>} object Plain object
             * @returns {vitalwire.v1.Reading} Reading
             */
            Reading.fromObject = function (object, _depth) {
                if (object instanceof $root.vitalwire.v1.Reading)
                    return object;
                if (!$util.isObject(object))
                    throw $TypeError(".vitalwire.v1.Reading: object expected");
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                let message = new $root.vitalwire.v1.Reading();
                if (object.deviceId != null)
                    if (typeof object.deviceId !== "string" || object.deviceId.length)
                        message.deviceId = $String(object.deviceId);
                if (object.patientId != null)
                    if (typeof object.patientId !== "string" || object.patientId.length)
                        message.patientId = $String(object.patientId);
                if (object.region != null)
                    if (typeof object.region !== "string" || object.region.length)
                        message.region = $String(object.region);
                if (object.bootId != null)
                    if ($Number(object.bootId) !== 0)
                        message.bootId = object.bootId >>> 0;
                if (object.sequence != null)
                    if (typeof object.sequence === "object" ? object.sequence.low || object.sequence.high : $Number(object.sequence) !== 0)
                        if ($util.Long)
                            message.sequence = $util.Long.fromValue(object.sequence, true);
                        else if (typeof object.sequence === "string")
                            message.sequence = $parseInt(object.sequence, 10);
                        else if (typeof object.sequence === "number")
                            message.sequence = object.sequence;
                        else if (typeof object.sequence === "object")
                            message.sequence = new $util.LongBits(object.sequence.low >>> 0, object.sequence.high >>> 0).toNumber(true);
                if (object.measuredAtMs != null)
                    if (typeof object.measuredAtMs === "object" ? object.measuredAtMs.low || object.measuredAtMs.high : $Number(object.measuredAtMs) !== 0)
                        if ($util.Long)
                            message.measuredAtMs = $util.Long.fromValue(object.measuredAtMs, false);
                        else if (typeof object.measuredAtMs === "string")
                            message.measuredAtMs = $parseInt(object.measuredAtMs, 10);
                        else if (typeof object.measuredAtMs === "number")
                            message.measuredAtMs = object.measuredAtMs;
                        else if (typeof object.measuredAtMs === "object")
                            message.measuredAtMs = new $util.LongBits(object.measuredAtMs.low >>> 0, object.measuredAtMs.high >>> 0).toNumber();
                if (object.mode !== 0 && (typeof object.mode !== "string" || $root.vitalwire.v1.Mode[object.mode] !== 0))
                    switch (object.mode) {
                    case "REAL":
                    case 0:
                        message.mode = 0;
                        break;
                    case "TEST":
                    case 1:
                        message.mode = 1;
                        break;
                    case "DEMO":
                    case 2:
                        message.mode = 2;
                        break;
                    default:
                        if (typeof object.mode === "number" && (object.mode | 0) === object.mode)
                            message.mode = object.mode;
                    }
                if (object.heartbeat != null)
                    message.heartbeat = $Number(object.heartbeat);
                if (object.bloodPressureSystolic != null)
                    message.bloodPressureSystolic = $Number(object.bloodPressureSystolic);
                if (object.bloodPressureDiastolic != null)
                    message.bloodPressureDiastolic = $Number(object.bloodPressureDiastolic);
                if (object.temperature != null)
                    message.temperature = $Number(object.temperature);
                if (object.oxygenSaturation != null)
                    message.oxygenSaturation = $Number(object.oxygenSaturation);
                if (object.respiratoryRate != null)
                    message.respiratoryRate = $Number(object.respiratoryRate);
                if (object.temperatureUnit !== 0 && (typeof object.temperatureUnit !== "string" || $root.vitalwire.v1.TemperatureUnit[object.temperatureUnit] !== 0))
                    switch (object.temperatureUnit) {
                    case "FAHRENHEIT":
                    case 0:
                        message.temperatureUnit = 0;
                        break;
                    case "CELSIUS":
                    case 1:
                        message.temperatureUnit = 1;
                        break;
                    default:
                        if (typeof object.temperatureUnit === "number" && (object.temperatureUnit | 0) === object.temperatureUnit)
                            message.temperatureUnit = object.temperatureUnit;
                    }
                if (object.supplementalOxygen != null)
                    message.supplementalOxygen = $Boolean(object.supplementalOxygen);
                if (object.consciousness !== 0 && (typeof object.consciousness !== "string" || $root.vitalwire.v1.Consciousness[object.consciousness] !== 0))
                    switch (object.consciousness) {
                    case "CONSCIOUSNESS_UNKNOWN":
                    case 0:
                        message.consciousness = 0;
                        break;
                    case "ALERT":
                    case 1:
                        message.consciousness = 1;
                        break;
                    case "NEW_CONFUSION":
                    case 2:
                        message.consciousness = 2;
                        break;
                    case "VOICE":
                    case 3:
                        message.consciousness = 3;
                        break;
                    case "PAIN":
                    case 4:
                        message.consciousness = 4;
                        break;
                    case "UNRESPONSIVE":
                    case 5:
                        message.consciousness = 5;
                        break;
                    default:
                        if (typeof object.consciousness === "number" && (object.consciousness | 0) === object.consciousness)
                            message.consciousness = object.consciousness;
                    }
                if (object.quality) {
                    if (!$Array.isArray(object.quality))
                        throw $TypeError(".vitalwire.v1.Reading.quality: array expected");
                    message.quality = $Array(object.quality.length);
                    for (let i = 0; i < object.quality.length; ++i) {
                        if (!$util.isObject(object.quality[i]))
                            throw $TypeError(".vitalwire.v1.Reading.quality: object expected");
                        message.quality[i] = $root.vitalwire.v1.VitalQuality.fromObject(object.quality[i], _depth + 1);
                    }
                }
                if (object.batteryPercent != null)
                    message.batteryPercent = object.batteryPercent >>> 0;
                return message;
            };

            /**
             * Creates a plain object from a Reading message. Also converts values to other types if specified.
             * @function toObject
             * @memberof vitalwire.v1.Reading
             * @static
             * @param {vitalwire.v1.Reading} message Reading
             * @param {$protobuf.IConversionOptions} [options] Conversion options
             * @returns {Object.<string,*>} Plain object
             */
            Reading.toObject = function (message, options, _depth) {
                if (!options)
                    options = {};
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                let object = {};
                if (options.arrays || options.defaults)
                    object.quality = [];
                if (options.defaults) {
                    object.deviceId = "";
                    object.patientId = "";
                    object.region = "";
                    object.bootId = 0;
                    if ($util.Long) {
                        let long = new $util.Long(0, 0, true);
                        object.sequence = options.longs === $String ? long.toString() : options.longs === $Number ? long.toNumber() : typeof $BigInt !== "undefined" && options.longs === $BigInt ? long.toBigInt() : long;
                    } else
                        object.sequence = options.longs === $String ? "0" : typeof $BigInt !== "undefined" && options.longs === $BigInt ? $BigInt("0") : 0;
                    if ($util.Long) {
                        let long = new $util.Long(0, 0, false);
                        object.measuredAtMs = options.longs === $String ? long.toString() : options.longs === $Number ? long.toNumber() : typeof $BigInt !== "undefined" && options.longs === $BigInt ? long.toBigInt() : long;
                    } else
                        object.measuredAtMs = options.longs === $String ? "0" : typeof $BigInt !== "undefined" && options.longs === $BigInt ? $BigInt("0") : 0;
                    object.mode = options.enums === $String ? "REAL" : 0;
                    object.temperatureUnit = options.enums === $String ? "FAHRENHEIT" : 0;
                    object.consciousness = options.enums === $String ? "CONSCIOUSNESS_UNKNOWN" : 0;
                }
                if (message.deviceId != null && $Object.hasOwnProperty.call(message, "deviceId"))
                    object.deviceId = message.deviceId;
                if (message.patientId != null && $Object.hasOwnProperty.call(message, "patientId"))
                    object.patientId = message.patientId;
                if (message.region != null && $Object.hasOwnProperty.call(message, "region"))
                    object.region = message.region;
                if (message.bootId != null && $Object.hasOwnProperty.call(message, "bootId"))
                    object.bootId = message.bootId;
                if (message.sequence != null && $Object.hasOwnProperty.call(message, "sequence"))
                    if (typeof $BigInt !== "undefined" && options.longs === $BigInt)
                        object.sequence = typeof message.sequence === "number" ? $BigInt(message.sequence) : $util.Long.fromBits(message.sequence.low >>> 0, message.sequence.high >>> 0, true).toBigInt();
                    else if (typeof message.sequence === "number")
                        object.sequence = options.longs === $String ? $String(message.sequence) : message.sequence;
                    else
                        object.sequence = options.longs === $String ? $util.Long.prototype.toString.call(message.sequence) : options.longs === $Number ? new $util.LongBits(message.sequence.low >>> 0, message.sequence.high >>> 0).toNumber(true) : message.sequence;
                if (message.measuredAtMs != null && $Object.hasOwnProperty.call(message, "measuredAtMs"))
                    if (typeof $BigInt !== "undefined" && options.longs === $BigInt)
                        object.measuredAtMs = typeof message.measuredAtMs === "number" ? $BigInt(message.measuredAtMs) : $util.Long.fromBits(message.measuredAtMs.low >>> 0, message.measuredAtMs.high >>> 0, false).toBigInt();
                    else if (typeof message.measuredAtMs === "number")
                        object.measuredAtMs = options.longs === $String ? $String(message.measuredAtMs) : message.measuredAtMs;
                    else
                        object.measuredAtMs = options.longs === $String ? $util.Long.prototype.toString.call(message.measuredAtMs) : options.longs === $Number ? new $util.LongBits(message.measuredAtMs.low >>> 0, message.measuredAtMs.high >>> 0).toNumber() : message.measuredAtMs;
                if (message.mode != null && $Object.hasOwnProperty.call(message, "mode"))
                    object.mode = options.enums === $String ? $root.vitalwire.v1.Mode[message.mode] === $undefined ? message.mode : $root.vitalwire.v1.Mode[message.mode] : message.mode;
                if (message.heartbeat != null && $Object.hasOwnProperty.call(message, "heartbeat"))
                    object.heartbeat = options.json && !$isFinite(message.heartbeat) ? $String(message.heartbeat) : message.heartbeat;
                if (message.bloodPressureSystolic != null && $Object.hasOwnProperty.call(message, "bloodPressureSystolic"))
                    object.bloodPressureSystolic = options.json && !$isFinite(message.bloodPressureSystolic) ? $String(message.bloodPressureSystolic) : message.bloodPressureSystolic;
                if (message.bloodPressureDiastolic != null && $Object.hasOwnProperty.call(message, "bloodPressureDiastolic"))
                    object.bloodPressureDiastolic = options.json && !$isFinite(message.bloodPressureDiastolic) ? $String(message.bloodPressureDiastolic) : message.bloodPressureDiastolic;
                if (message.temperature != null && $Object.hasOwnProperty.call(message, "temperature"))
                    object.temperature = options.json && !$isFinite(message.temperature) ? $String(message.temperature) : message.temperature;
                if (message.oxygenSaturation != null && $Object.hasOwnProperty.call(message, "oxygenSaturation"))
                    object.oxygenSaturation = options.json && !$isFinite(message.oxygenSaturation) ? $String(message.oxygenSaturation) : message.oxygenSaturation;
                if (message.respiratoryRate != null && $Object.hasOwnProperty.call(message, "respiratoryRate"))
                    object.respiratoryRate = options.json && !$isFinite(message.respiratoryRate) ? $String(message.respiratoryRate) : message.respiratoryRate;
                if (message.temperatureUnit != null && $Object.hasOwnProperty.call(message, "temperatureUnit"))
                    object.temperatureUnit = options.enums === $String ? $root.vitalwire.v1.TemperatureUnit[message.temperatureUnit] === $undefined ? message.temperatureUnit : $root.vitalwire.v1.TemperatureUnit[message.temperatureUnit] : message.temperatureUnit;
                if (message.supplementalOxygen != null && $Object.hasOwnProperty.call(message, "supplementalOxygen"))
                    object.supplementalOxygen = message.supplementalOxygen;
                if (message.consciousness != null && $Object.hasOwnProperty.call(message, "consciousness"))
                    object.consciousness = options.enums === $String ? $root.vitalwire.v1.Consciousness[message.consciousness] === $undefined ? message.consciousness : $root.vitalwire.v1.Consciousness[message.consciousness] : message.consciousness;
                if (message.quality && message.quality.length) {
                    object.quality = $Array(message.quality.length);
                    for (let j = 0; j < message.quality.length; ++j)
                        object.quality[j] = $root.vitalwire.v1.VitalQuality.toObject(message.quality[j], options, _depth + 1);
                }
                if (message.batteryPercent != null && $Object.hasOwnProperty.call(message, "batteryPercent"))
                    object.batteryPercent = message.batteryPercent;
                return object;
            };

            /**
             * Converts this Reading to JSON.
             * @function toJSON
             * @memberof vitalwire.v1.Reading
             * @instance
             * @returns {Object.<string,*>} JSON object
             */
            Reading.prototype.toJSON = function() {
                return Reading.toObject(this, $protobuf.util.toJSONOptions);
            };

            return Reading;
        })();

        v1.ReadingBatch = (function() {

            /**
             * Properties of a ReadingBatch.
             * @typedef {Object} vitalwire.v1.ReadingBatch.$Properties
             * @property {Array.<vitalwire.v1.Reading.$Properties>|null} [readings] ReadingBatch readings
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ReadingBatch.
             * @memberof vitalwire.v1
             * @interface IReadingBatch
             * @augments vitalwire.v1.ReadingBatch.$Properties
             * @deprecated Use vitalwire.v1.ReadingBatch.$Properties instead.
             */

            /**
             * Shape of a ReadingBatch.
             * @typedef {vitalwire.v1.ReadingBatch.$Properties} vitalwire.v1.ReadingBatch.$Shape
             */

            /**
             * Constructs a new ReadingBatch.
             * @memberof vitalwire.v1
             * @classdesc Represents a ReadingBatch.
             * @constructor
             * @param {vitalwire.v1.ReadingBatch.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ReadingBatch = function (properties) {
                this.readings = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ReadingBatch readings.
             * @member {Array.<vitalwire.v1.Reading.$Properties>} readings
             * @memberof vitalwire.v1.ReadingBatch
             * @instance
             */
            ReadingBatch.prototype.readings = $util.emptyArray;

            /**
             * Encodes the specified ReadingBatch message. Does not implicitly {@link vitalwire.v1.ReadingBatch.verify|verify} messages.
             * @function encode
             * @memberof vitalwire.v1.ReadingBatch
             * @static
             * @param {vitalwire.v1.ReadingBatch.$Properties} message ReadingBatch message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ReadingBatch.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.readings != null && message.readings.length)
                    for (let i = 0; i < message.readings.length; ++i)
                        $root.vitalwire.v1.Reading.encode(message.readings[i], writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ReadingBatch message from the specified reader or buffer.
             * @function decode
             * @memberof vitalwire.v1.ReadingBatch
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {vitalwire.v1.ReadingBatch & vitalwire.v1.ReadingBatch.$Shape} ReadingBatch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ReadingBatch.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.vitalwire.v1.ReadingBatch();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.readings && message.readings.length))
                                message.readings = [];
                            message.readings.push($root.vitalwire.v1.Reading.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Creates a ReadingBatch message from a plain object. Also converts values to their respective internal types.
             * @function fromObject
             * @memberof vitalwire.v1.ReadingBatch
             * @static
             * @param {Object.<string,*>} object Plain object
             * @returns {vitalwire.v1.ReadingBatch} ReadingBatch
             */
            ReadingBatch.fromObject = function (object, _depth) {
                if (object instanceof $root.vitalwire.v1.ReadingBatch)
                    return object;
                if (!$util.isObject(object))
                    throw $TypeError(".vitalwire.v1.ReadingBatch: object expected");
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                let message = new $root.vitalwire.v1.ReadingBatch();
                if (object.readings) {
                    if (!$Array.isArray(object.readings))
                        throw $TypeError(".vitalwire.v1.ReadingBatch.readings: array expected");
                    message.readings = $Array(object.readings.length);
                    for (let i = 0; i < object.readings.length; ++i) {
                        if (!$util.isObject(object.readings[i]))
                            throw $TypeError(".vitalwire.v1.ReadingBatch.readings: object expected");
                        message.readings[i] = $root.vitalwire.v1.Reading.fromObject(object.readings[i], _depth + 1);
                    }
                }
                return message;
            };

            /**
             * Creates a plain object from a ReadingBatch message. Also converts values to other types if specified.
             * @function toObject
             * @memberof vitalwire.v1.ReadingBatch
             * @static
             * @param {vitalwire.v1.ReadingBatch} message ReadingBatch
             * @param {$protobuf.IConversionOptions} [options] Conversion options
             * @returns {Object.<string,*>} Plain object
             */
            ReadingBatch.toObject = function (message, options, _depth) {
                if (!options)
                    options = {};
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                let object = {};
                if (options.arrays || options.defaults)
                    object.readings = [];
                if (message.readings && message.readings.length) {
                    object.readings = $Array(message.readings.length);
                    for (let j = 0; j < message.readings.length; ++j)
                        object.readings[j] = $root.vitalwire.v1.Reading.toObject(message.readings[j], options, _depth + 1);
                }
                return object;
            };

            /**
             * Converts this ReadingBatch to JSON.
             * @function toJSON
             * @memberof vitalwire.v1.ReadingBatch
             * @instance
             * @returns {Object.<string,*>} JSON object
             */
            ReadingBatch.prototype.toJSON = function() {
                return ReadingBatch.toObject(this, $protobuf.util.toJSONOptions);
            };

            return ReadingBatch;
        })();

        v1.DeviceStatus = (function() {

            /**
             * Properties of a DeviceStatus.
             * @typedef {Object} vitalwire.v1.DeviceStatus.$Properties
             * @property {string|null} [deviceId] DeviceStatus deviceId
             * @property {string|null} [patientId] DeviceStatus patientId
             * @property {string|null} [region] DeviceStatus region
             * @property {number|null} [bootId] DeviceStatus bootId
             * @property {vitalwire.v1.DeviceStatus.State|null} [state] DeviceStatus state
             * @property {number|null} [deviceTimeMs] DeviceStatus deviceTimeMs
             * @property {string|null} [model] DeviceStatus model
             * @property {string|null} [firmware] DeviceStatus firmware
             * @property {number|null} [batteryPercent] DeviceStatus batteryPercent
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a DeviceStatus.
             * @memberof vitalwire.v1
             * @interface IDeviceStatus
             * @augments vitalwire.v1.DeviceStatus.$Properties
             * @deprecated Use vitalwire.v1.DeviceStatus.$Properties instead.
             */

            /**
             * Shape of a DeviceStatus.
             * @typedef {vitalwire.v1.DeviceStatus.$Properties} vitalwire.v1.DeviceStatus.$Shape
             */

            /**
             * Constructs a new DeviceStatus.
             * @memberof vitalwire.v1
             * @classdesc Represents a DeviceStatus.
             * @constructor
             * @param {vitalwire.v1.DeviceStatus.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const DeviceStatus = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * DeviceStatus deviceId.
             * @member {string} deviceId
             * @memberof vitalwire.v1.DeviceStatus
             * @instance
             */
            DeviceStatus.prototype.deviceId = "";

            /**
             * DeviceStatus patientId.
             * @member {string} patientId
             * @memberof vitalwire.v1.DeviceStatus
             * @instance
             */
            DeviceStatus.prototype.patientId = "";

            /**
             * DeviceStatus region.
             * @member {string} region
             * @memberof vitalwire.v1.DeviceStatus
             * @instance
             */
            DeviceStatus.prototype.region = "";

            /**
             * DeviceStatus bootId.
             * @member {number} bootId
             * @memberof vitalwire.v1.DeviceStatus
             * @instance
             */
            DeviceStatus.prototype.bootId = 0;

            /**
             * DeviceStatus state.
             * @member {vitalwire.v1.DeviceStatus.State} state
             * @memberof vitalwire.v1.DeviceStatus
             * @instance
             */
            DeviceStatus.prototype.state = 0;

            /**
             * DeviceStatus deviceTimeMs.
             * @member {number} deviceTimeMs
             * @memberof vitalwire.v1.DeviceStatus
             * @instance
             */
            DeviceStatus.prototype.deviceTimeMs = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * DeviceStatus model.
             * @member {string} model
             * @memberof vitalwire.v1.DeviceStatus
             * @instance
             */
            DeviceStatus.prototype.model = "";

            /**
             * DeviceStatus firmware.
             * @member {string} firmware
             * @memberof vitalwire.v1.DeviceStatus
             * @instance
             */
            DeviceStatus.prototype.firmware = "";

            /**
             * DeviceStatus batteryPercent.
             * @member {number|null|undefined} batteryPercent
             * @memberof vitalwire.v1.DeviceStatus
             * @instance
             */
            DeviceStatus.prototype.batteryPercent = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(DeviceStatus.prototype, "_batteryPercent", {
                get: $util.oneOfGetter($oneOfFields = ["batteryPercent"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified DeviceStatus message. Does not implicitly {@link vitalwire.v1.DeviceStatus.verify|verify} messages.
             * @function encode
             * @memberof vitalwire.v1.DeviceStatus
             * @static
             * @param {vitalwire.v1.DeviceStatus.$Properties} message DeviceStatus message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            DeviceStatus.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.deviceId != null && $Object.hasOwnProperty.call(message, "deviceId") && message.deviceId !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.deviceId);
                if (message.patientId != null && $Object.hasOwnProperty.call(message, "patientId") && message.patientId !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.patientId);
                if (message.region != null && $Object.hasOwnProperty.call(message, "region") && message.region !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.region);
                if (message.bootId != null && $Object.hasOwnProperty.call(message, "bootId") && message.bootId !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.bootId);
                if (message.state != null && $Object.hasOwnProperty.call(message, "state") && message.state !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).int32(message.state);
                if (message.deviceTimeMs != null && $Object.hasOwnProperty.call(message, "deviceTimeMs") && (typeof message.deviceTimeMs === "object" ? message.deviceTimeMs.low || message.deviceTimeMs.high : message.deviceTimeMs !== 0))
                    writer.uint32(/* id 6, wireType 0 =*/48).int64(message.deviceTimeMs);
                if (message.model != null && $Object.hasOwnProperty.call(message, "model") && message.model !== "")
                    writer.uint32(/* id 7, wireType 2 =*/58).string(message.model);
                if (message.firmware != null && $Object.hasOwnProperty.call(message, "firmware") && message.firmware !== "")
                    writer.uint32(/* id 8, wireType 2 =*/66).string(message.firmware);
                if (message.batteryPercent != null && $Object.hasOwnProperty.call(message, "batteryPercent"))
                    writer.uint32(/* id 9, wireType 0 =*/72).uint32(message.batteryPercent);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a DeviceStatus message from the specified reader or buffer.
             * @function decode
             * @memberof vitalwire.v1.DeviceStatus
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {vitalwire.v1.DeviceStatus & vitalwire.v1.DeviceStatus.$Shape} DeviceStatus
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            DeviceStatus.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.vitalwire.v1.DeviceStatus();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.deviceId = value;
                            else
                                delete message.deviceId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.patientId = value;
                            else
                                delete message.patientId;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.region = value;
                            else
                                delete message.region;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.bootId = value;
                            else
                                delete message.bootId;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.state = value;
                            else
                                delete message.state;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.deviceTimeMs = value;
                            else
                                delete message.deviceTimeMs;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.model = value;
                            else
                                delete message.model;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.firmware = value;
                            else
                                delete message.firmware;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            message.batteryPercent = reader.uint32();
                            message._batteryPercent = "batteryPercent";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Creates a DeviceStatus message from a plain object. Also converts values to their respective internal types.
             * @function fromObject
             * @memberof vitalwire.v1.DeviceStatus
             * @static
             * @param {Object.<string,*>} object Plain object
             * @returns {vitalwire.v1.DeviceStatus} DeviceStatus
             */
            DeviceStatus.fromObject = function (object, _depth) {
                if (object instanceof $root.vitalwire.v1.DeviceStatus)
                    return object;
                if (!$util.isObject(object))
                    throw $TypeError(".vitalwire.v1.DeviceStatus: object expected");
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                let message = new $root.vitalwire.v1.DeviceStatus();
                if (object.deviceId != null)
                    if (typeof object.deviceId !== "string" || object.deviceId.length)
                        message.deviceId = $String(object.deviceId);
                if (object.patientId != null)
                    if (typeof object.patientId !== "string" || object.patientId.length)
                        message.patientId = $String(object.patientId);
                if (object.region != null)
                    if (typeof object.region !== "string" || object.region.length)
                        message.region = $String(object.region);
                if (object.bootId != null)
                    if ($Number(object.bootId) !== 0)
                        message.bootId = object.bootId >>> 0;
                if (object.state !== 0 && (typeof object.state !== "string" || $root.vitalwire.v1.DeviceStatus.State[object.state] !== 0))
                    switch (object.state) {
                    case "STATE_UNSPECIFIED":
                    case 0:
                        message.state = 0;
                        break;
                    case "BORN":
                    case 1:
                        message.state = 1;
                        break;
                    case "DEAD":
                    case 2:
                        message.state = 2;
                        break;
                    default:
                        if (typeof object.state === "number" && (object.state | 0) === object.state)
                            message.state = object.state;
                    }
                if (object.deviceTimeMs != null)
                    if (typeof object.deviceTimeMs === "object" ? object.deviceTimeMs.low || object.deviceTimeMs.high : $Number(object.deviceTimeMs) !== 0)
                        if ($util.Long)
                            message.deviceTimeMs = $util.Long.fromValue(object.deviceTimeMs, false);
                        else if (typeof object.deviceTimeMs === "string")
                            message.deviceTimeMs = $parseInt(object.deviceTimeMs, 10);
                        else if (typeof object.deviceTimeMs === "number")
                            message.deviceTimeMs = object.deviceTimeMs;
                        else if (typeof object.deviceTimeMs === "object")
                            message.deviceTimeMs = new $util.LongBits(object.deviceTimeMs.low >>> 0, object.deviceTimeMs.high >>> 0).toNumber();
                if (object.model != null)
                    if (typeof object.model !== "string" || object.model.length)
                        message.model = $String(object.model);
                if (object.firmware != null)
                    if (typeof object.firmware !== "string" || object.firmware.length)
                        message.firmware = $String(object.firmware);
                if (object.batteryPercent != null)
                    message.batteryPercent = object.batteryPercent >>> 0;
                return message;
            };

            /**
             * Creates a plain object from a DeviceStatus message. Also converts values to other types if specified.
             * @function toObject
             * @memberof vitalwire.v1.DeviceStatus
             * @static
             * @param {vitalwire.v1.DeviceStatus} message DeviceStatus
             * @param {$protobuf.IConversionOptions} [options] Conversion options
             * @returns {Object.<string,*>} Plain object
             */
            DeviceStatus.toObject = function (message, options, _depth) {
                if (!options)
                    options = {};
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                let object = {};
                if (options.defaults) {
                    object.deviceId = "";
                    object.patientId = "";
                    object.region = "";
                    object.bootId = 0;
                    object.state = options.enums === $String ? "STATE_UNSPECIFIED" : 0;
                    if ($util.Long) {
                        let long = new $util.Long(0, 0, false);
                        object.deviceTimeMs = options.longs === $String ? long.toString() : options.longs === $Number ? long.toNumber() : typeof $BigInt !== "undefined" && options.longs === $BigInt ? long.toBigInt() : long;
                    } else
                        object.deviceTimeMs = options.longs === $String ? "0" : typeof $BigInt !== "undefined" && options.longs === $BigInt ? $BigInt("0") : 0;
                    object.model = "";
                    object.firmware = "";
                }
                if (message.deviceId != null && $Object.hasOwnProperty.call(message, "deviceId"))
                    object.deviceId = message.deviceId;
                if (message.patientId != null && $Object.hasOwnProperty.call(message, "patientId"))
                    object.patientId = message.patientId;
                if (message.region != null && $Object.hasOwnProperty.call(message, "region"))
                    object.region = message.region;
                if (message.bootId != null && $Object.hasOwnProperty.call(message, "bootId"))
                    object.bootId = message.bootId;
                if (message.state != null && $Object.hasOwnProperty.call(message, "state"))
                    object.state = options.enums === $String ? $root.vitalwire.v1.DeviceStatus.State[message.state] === $undefined ? message.state : $root.vitalwire.v1.DeviceStatus.State[message.state] : message.state;
                if (message.deviceTimeMs != null && $Object.hasOwnProperty.call(message, "deviceTimeMs"))
                    if (typeof $BigInt !== "undefined" && options.longs === $BigInt)
                        object.deviceTimeMs = typeof message.deviceTimeMs === "number" ? $BigInt(message.deviceTimeMs) : $util.Long.fromBits(message.deviceTimeMs.low >>> 0, message.deviceTimeMs.high >>> 0, false).toBigInt();
                    else if (typeof message.deviceTimeMs === "number")
                        object.deviceTimeMs = options.longs === $String ? $String(message.deviceTimeMs) : message.deviceTimeMs;
                    else
                        object.deviceTimeMs = options.longs === $String ? $util.Long.prototype.toString.call(message.deviceTimeMs) : options.longs === $Number ? new $util.LongBits(message.deviceTimeMs.low >>> 0, message.deviceTimeMs.high >>> 0).toNumber() : message.deviceTimeMs;
                if (message.model != null && $Object.hasOwnProperty.call(message, "model"))
                    object.model = message.model;
                if (message.firmware != null && $Object.hasOwnProperty.call(message, "firmware"))
                    object.firmware = message.firmware;
                if (message.batteryPercent != null && $Object.hasOwnProperty.call(message, "batteryPercent"))
                    object.batteryPercent = message.batteryPercent;
                return object;
            };

            /**
             * Converts this DeviceStatus to JSON.
             * @function toJSON
             * @memberof vitalwire.v1.DeviceStatus
             * @instance
             * @returns {Object.<string,*>} JSON object
             */
            DeviceStatus.prototype.toJSON = function() {
                return DeviceStatus.toObject(this, $protobuf.util.toJSONOptions);
            };

            /**
             * State enum.
             * @name vitalwire.v1.DeviceStatus.State
             * @enum {number}
             * @property {number} STATE_UNSPECIFIED=0 STATE_UNSPECIFIED value
             * @property {number} BORN=1 BORN value
             * @property {number} DEAD=2 DEAD value
             */
            DeviceStatus.State = (function() {
                const valuesById = $Object.create(null), values = $Object.create(valuesById);
                values[valuesById[0] = "STATE_UNSPECIFIED"] = 0;
                values[valuesById[1] = "BORN"] = 1;
                values[valuesById[2] = "DEAD"] = 2;
                return values;
            })();

            return DeviceStatus;
        })();

        v1.VitalQuality = (function() {

            /**
             * Properties of a VitalQuality.
             * @typedef {Object} vitalwire.v1.VitalQuality.$Properties
             * @property {vitalwire.v1.Vital|null} [vital] VitalQuality vital
             * @property {vitalwire.v1.Validity|null} [validity] VitalQuality validity
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a VitalQuality.
             * @memberof vitalwire.v1
             * @interface IVitalQuality
             * @augments vitalwire.v1.VitalQuality.$Properties
             * @deprecated Use vitalwire.v1.VitalQuality.$Properties instead.
             */

            /**
             * Shape of a VitalQuality.
             * @typedef {vitalwire.v1.VitalQuality.$Properties} vitalwire.v1.VitalQuality.$Shape
             */

            /**
             * Constructs a new VitalQuality.
             * @memberof vitalwire.v1
             * @classdesc Represents a VitalQuality.
             * @constructor
             * @param {vitalwire.v1.VitalQuality.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const VitalQuality = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * VitalQuality vital.
             * @member {vitalwire.v1.Vital} vital
             * @memberof vitalwire.v1.VitalQuality
             * @instance
             */
            VitalQuality.prototype.vital = 0;

            /**
             * VitalQuality validity.
             * @member {vitalwire.v1.Validity} validity
             * @memberof vitalwire.v1.VitalQuality
             * @instance
             */
            VitalQuality.prototype.validity = 0;

            /**
             * Encodes the specified VitalQuality message. Does not implicitly {@link vitalwire.v1.VitalQuality.verify|verify} messages.
             * @function encode
             * @memberof vitalwire.v1.VitalQuality
             * @static
             * @param {vitalwire.v1.VitalQuality.$Properties} message VitalQuality message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            VitalQuality.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.vital != null && $Object.hasOwnProperty.call(message, "vital") && message.vital !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).int32(message.vital);
                if (message.validity != null && $Object.hasOwnProperty.call(message, "validity") && message.validity !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).int32(message.validity);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a VitalQuality message from the specified reader or buffer.
             * @function decode
             * @memberof vitalwire.v1.VitalQuality
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {vitalwire.v1.VitalQuality & vitalwire.v1.VitalQuality.$Shape} VitalQuality
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            VitalQuality.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.vitalwire.v1.VitalQuality();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.vital = value;
                            else
                                delete message.vital;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.validity = value;
                            else
                                delete message.validity;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Creates a VitalQuality message from a plain object. Also converts values to their respective internal types.
             * @function fromObject
             * @memberof vitalwire.v1.VitalQuality
             * @static
             * @param {Object.<string,*>} object Plain object
             * @returns {vitalwire.v1.VitalQuality} VitalQuality
             */
            VitalQuality.fromObject = function (object, _depth) {
                if (object instanceof $root.vitalwire.v1.VitalQuality)
                    return object;
                if (!$util.isObject(object))
                    throw $TypeError(".vitalwire.v1.VitalQuality: object expected");
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                let message = new $root.vitalwire.v1.VitalQuality();
                if (object.vital !== 0 && (typeof object.vital !== "string" || $root.vitalwire.v1.Vital[object.vital] !== 0))
                    switch (object.vital) {
                    case "VITAL_UNSPECIFIED":
                    case 0:
                        message.vital = 0;
                        break;
                    case "HEARTBEAT":
                    case 1:
                        message.vital = 1;
                        break;
                    case "BLOOD_PRESSURE_SYSTOLIC":
                    case 2:
                        message.vital = 2;
                        break;
                    case "BLOOD_PRESSURE_DIASTOLIC":
                    case 3:
                        message.vital = 3;
                        break;
                    case "TEMPERATURE":
                    case 4:
                        message.vital = 4;
                        break;
                    case "OXYGEN_SATURATION":
                    case 5:
                        message.vital = 5;
                        break;
                    case "RESPIRATORY_RATE":
                    case 6:
                        message.vital = 6;
                        break;
                    default:
                        if (typeof object.vital === "number" && (object.vital | 0) === object.vital)
                            message.vital = object.vital;
                    }
                if (object.validity !== 0 && (typeof object.validity !== "string" || $root.vitalwire.v1.Validity[object.validity] !== 0))
                    switch (object.validity) {
                    case "VALID":
                    case 0:
                        message.validity = 0;
                        break;
                    case "QUESTIONABLE":
                    case 1:
                        message.validity = 1;
                        break;
                    case "INVALID":
                    case 2:
                        message.validity = 2;
                        break;
                    case "NOT_AVAILABLE":
                    case 3:
                        message.validity = 3;
                        break;
                    default:
                        if (typeof object.validity === "number" && (object.validity | 0) === object.validity)
                            message.validity = object.validity;
                    }
                return message;
            };

            /**
             * Creates a plain object from a VitalQuality message. Also converts values to other types if specified.
             * @function toObject
             * @memberof vitalwire.v1.VitalQuality
             * @static
             * @param {vitalwire.v1.VitalQuality} message VitalQuality
             * @param {$protobuf.IConversionOptions} [options] Conversion options
             * @returns {Object.<string,*>} Plain object
             */
            VitalQuality.toObject = function (message, options, _depth) {
                if (!options)
                    options = {};
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                let object = {};
                if (options.defaults) {
                    object.vital = options.enums === $String ? "VITAL_UNSPECIFIED" : 0;
                    object.validity = options.enums === $String ? "VALID" : 0;
                }
                if (message.vital != null && $Object.hasOwnProperty.call(message, "vital"))
                    object.vital = options.enums === $String ? $root.vitalwire.v1.Vital[message.vital] === $undefined ? message.vital : $root.vitalwire.v1.Vital[message.vital] : message.vital;
                if (message.validity != null && $Object.hasOwnProperty.call(message, "validity"))
                    object.validity = options.enums === $String ? $root.vitalwire.v1.Validity[message.validity] === $undefined ? message.validity : $root.vitalwire.v1.Validity[message.validity] : message.validity;
                return object;
            };

            /**
             * Converts this VitalQuality to JSON.
             * @function toJSON
             * @memberof vitalwire.v1.VitalQuality
             * @instance
             * @returns {Object.<string,*>} JSON object
             */
            VitalQuality.prototype.toJSON = function() {
                return VitalQuality.toObject(this, $protobuf.util.toJSONOptions);
            };

            return VitalQuality;
        })();

        /**
         * Vital enum.
         * @name vitalwire.v1.Vital
         * @enum {number}
         * @property {number} VITAL_UNSPECIFIED=0 VITAL_UNSPECIFIED value
         * @property {number} HEARTBEAT=1 HEARTBEAT value
         * @property {number} BLOOD_PRESSURE_SYSTOLIC=2 BLOOD_PRESSURE_SYSTOLIC value
         * @property {number} BLOOD_PRESSURE_DIASTOLIC=3 BLOOD_PRESSURE_DIASTOLIC value
         * @property {number} TEMPERATURE=4 TEMPERATURE value
         * @property {number} OXYGEN_SATURATION=5 OXYGEN_SATURATION value
         * @property {number} RESPIRATORY_RATE=6 RESPIRATORY_RATE value
         */
        v1.Vital = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "VITAL_UNSPECIFIED"] = 0;
            values[valuesById[1] = "HEARTBEAT"] = 1;
            values[valuesById[2] = "BLOOD_PRESSURE_SYSTOLIC"] = 2;
            values[valuesById[3] = "BLOOD_PRESSURE_DIASTOLIC"] = 3;
            values[valuesById[4] = "TEMPERATURE"] = 4;
            values[valuesById[5] = "OXYGEN_SATURATION"] = 5;
            values[valuesById[6] = "RESPIRATORY_RATE"] = 6;
            return values;
        })();

        /**
         * Validity enum.
         * @name vitalwire.v1.Validity
         * @enum {number}
         * @property {number} VALID=0 VALID value
         * @property {number} QUESTIONABLE=1 QUESTIONABLE value
         * @property {number} INVALID=2 INVALID value
         * @property {number} NOT_AVAILABLE=3 NOT_AVAILABLE value
         */
        v1.Validity = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "VALID"] = 0;
            values[valuesById[1] = "QUESTIONABLE"] = 1;
            values[valuesById[2] = "INVALID"] = 2;
            values[valuesById[3] = "NOT_AVAILABLE"] = 3;
            return values;
        })();

        /**
         * TemperatureUnit enum.
         * @name vitalwire.v1.TemperatureUnit
         * @enum {number}
         * @property {number} FAHRENHEIT=0 FAHRENHEIT value
         * @property {number} CELSIUS=1 CELSIUS value
         */
        v1.TemperatureUnit = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "FAHRENHEIT"] = 0;
            values[valuesById[1] = "CELSIUS"] = 1;
            return values;
        })();

        /**
         * Consciousness enum.
         * @name vitalwire.v1.Consciousness
         * @enum {number}
         * @property {number} CONSCIOUSNESS_UNKNOWN=0 CONSCIOUSNESS_UNKNOWN value
         * @property {number} ALERT=1 ALERT value
         * @property {number} NEW_CONFUSION=2 NEW_CONFUSION value
         * @property {number} VOICE=3 VOICE value
         * @property {number} PAIN=4 PAIN value
         * @property {number} UNRESPONSIVE=5 UNRESPONSIVE value
         */
        v1.Consciousness = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "CONSCIOUSNESS_UNKNOWN"] = 0;
            values[valuesById[1] = "ALERT"] = 1;
            values[valuesById[2] = "NEW_CONFUSION"] = 2;
            values[valuesById[3] = "VOICE"] = 3;
            values[valuesById[4] = "PAIN"] = 4;
            values[valuesById[5] = "UNRESPONSIVE"] = 5;
            return values;
        })();

        /**
         * Mode enum.
         * @name vitalwire.v1.Mode
         * @enum {number}
         * @property {number} REAL=0 REAL value
         * @property {number} TEST=1 TEST value
         * @property {number} DEMO=2 DEMO value
         */
        v1.Mode = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "REAL"] = 0;
            values[valuesById[1] = "TEST"] = 1;
            values[valuesById[2] = "DEMO"] = 2;
            return values;
        })();

        return v1;
    })();

    return vitalwire;
})();

export {
  $root as default
};
