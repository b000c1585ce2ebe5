/** Shares the memory of a device among solves that run at the same time, first come first served. */
export class DeviceMemory {
  private readonly waiting: { readonly bytes: number; readonly start: () => void }[] = [];
  private used = 0;
  private running = 0;

  /** @param limit bytes that all solves together may take; a larger one runs alone, to be refused by the device */
  constructor(
    readonly limit: number,
    private readonly mostSolves: number,
  ) {}

  /** Runs `use` once there is room for so many bytes. */
  async during<T>(bytes: number, use: () => Promise<T>): Promise<T> {
    await new Promise<void>((start) => {
      this.waiting.push({ bytes, start });
      this.admit();
    });
    try {
      return await use();
    } finally {
      this.used -= bytes;
      this.running--;
      this.admit();
    }
  }

  private admit(): void {
    for (;;) {
      const next = this.waiting[0];
      if (!next) return;
      const fits = this.used + next.bytes <= this.limit && this.running < this.mostSolves;
      if (!fits && this.running > 0) return;
      this.waiting.shift();
      this.used += next.bytes;
      this.running++;
      next.start();
    }
  }
}
