/**
 * Imported before the generated code, for its effect: without Long the runtime reads 64-bit integers as numbers, exact to 2^53 (the
 * gateway refuses more), and makes no object a field.
 */
import protobuf from 'protobufjs/minimal.js';

(protobuf.util as { Long: unknown }).Long = undefined;
protobuf.configure();
