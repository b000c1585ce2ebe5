import type { RangeReader } from '../rangeReader.ts';
import { LIMITS } from '../limits.ts';
import { ByteWindow } from './byteWindow.ts';
import type { MessageReader } from './messageReader.ts';

/** The file that a tree of messages is read from, and what has been taken from it so far. */
export class WireSource {
  readonly window: ByteWindow;
  readonly file: string;
  readonly size: number;
  private fields = 0;
  private textBytes = 0;
  private readonly decoder = new TextDecoder();

  constructor(readonly reader: RangeReader) {
    this.window = new ByteWindow(reader);
    this.file = reader.file;
    this.size = reader.size;
  }

  countField(at: MessageReader): void {
    if (++this.fields > LIMITS.fields)
      at.fail(
        'limit-exceeded',
        `comes after ${LIMITS.fields} others, more than any real model has. Values belong in raw_data or packed fields; export the model again.`,
      );
  }

  text(offset: number, bytes: number, at: MessageReader): string {
    this.textBytes += bytes;
    if (this.textBytes > LIMITS.textBytes)
      at.fail('limit-exceeded', `brings all names to more than ${LIMITS.textBytes} bytes.`);
    return this.decoder.decode(this.window.slice(offset, bytes));
  }
}
