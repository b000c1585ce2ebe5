import type { MessageReader } from '../protobuf/messageReader.ts';
import { MAP_TYPE, SEQUENCE_TYPE, TYPE } from './messageShapes.ts';

/**
 * Walks a TypeProto: sequences, maps and optionals of one another. Nothing of it is kept; what is nested
 * deeper than any runtime opens is refused here (CheckpointError) as nested graphs are.
 */
export function checkType(type: MessageReader): void {
  while (type.next()) {
    if (type.name === '') continue;
    const inner = type.child(type.name === 'map_type' ? MAP_TYPE : SEQUENCE_TYPE);
    while (inner.next()) if (inner.name !== '') checkType(inner.child(TYPE));
  }
}
