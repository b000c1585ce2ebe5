/** One line on a terminal that is written over; nothing where there is no terminal. */
export class StatusLine {
  private drawn = false;

  constructor(private readonly stream: NodeJS.WriteStream) {}

  show(text: string): void {
    if (!this.stream.isTTY) return;
    const width = this.stream.columns || 80;
    this.stream.write(`\r\u001b[K${text.slice(0, width - 1)}`);
    this.drawn = true;
  }

  clear(): void {
    if (this.drawn) this.stream.write('\r\u001b[K');
    this.drawn = false;
  }
}
