import type * as vscode from 'vscode';
import { subjectKey, subjectTitle, type ReportSubject } from './reportSubject.ts';

const KEY = 'openReports';

/** More panels than anyone keeps open. */
const MOST = 50;

interface Entry {
  readonly title: string;
  readonly key: string;
}

/**
 * Which reports are open in this workspace, by the titles of their panels. VS Code stores what a page keeps
 * only every few seconds: a panel that was opened just before the window closed comes back without it, and
 * is told by its title.
 */
export class OpenReports {
  readonly #memento: vscode.Memento;

  constructor(memento: vscode.Memento) {
    this.#memento = memento;
  }

  opened(subject: ReportSubject): void {
    const entry = { title: subjectTitle(subject), key: subjectKey(subject) };
    this.#put([...this.#without(entry.key), entry].slice(-MOST));
  }

  closed(subject: ReportSubject): void {
    this.#put(this.#without(subjectKey(subject)));
  }

  /** The key of the subject that was last opened under that title. */
  keyOf(title: string): string | undefined {
    return this.#entries()
      .filter((entry) => entry.title === title)
      .at(-1)?.key;
  }

  #without(key: string): readonly Entry[] {
    return this.#entries().filter((entry) => entry.key !== key);
  }

  #entries(): readonly Entry[] {
    const kept = this.#memento.get<unknown>(KEY);
    return Array.isArray(kept) ? kept.filter(isEntry) : [];
  }

  #put(entries: readonly Entry[]): void {
    void this.#memento.update(KEY, entries);
  }
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false;
  const { title, key } = value as { title?: unknown; key?: unknown };
  return typeof title === 'string' && typeof key === 'string';
}
