import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Badge } from './Badge.tsx';
import './toolkit.ts';
import './Tabs.css';

export interface TabSpec<Id extends string> {
  readonly id: Id;
  readonly label: string;
  /** A count beside the label, and what it counts. */
  readonly badge?: { readonly name: string; readonly count: number };
  readonly content: () => ComponentChildren;
}

export interface TabsProps<Id extends string> {
  readonly name: string;
  readonly active: Id;
  readonly tabs: readonly TabSpec<Id>[];
  readonly onChange: (id: Id) => void;
}

/** Only the active tab's content is in the page. */
export function Tabs<Id extends string>({ name, active, tabs, onChange }: TabsProps<Id>) {
  const ref = useRef<HTMLElement>(null);
  // The tab list is inside the element's shadow, where the element's own label does not reach.
  useLayoutEffect(() => {
    ref.current?.shadowRoot?.querySelector('[role=tablist]')?.setAttribute('aria-label', name);
  }, [name]);
  // A tab names itself by its text once, when it is inserted, and would keep a count that has changed.
  useLayoutEffect(() => {
    for (const tab of ref.current?.querySelectorAll('vscode-panel-tab') ?? [])
      tab.setAttribute('aria-label', tab.textContent);
  });
  return (
    <vscode-panels
      ref={ref}
      class="tabs"
      activeid={`tab-${active}`}
      onChange={(event: Event) => {
        // Change events of controls inside a tab bubble up to here.
        if (event.target !== event.currentTarget) return;
        const id = (event.currentTarget as HTMLElement & { activeid: string }).activeid;
        const chosen = tabs.find((tab) => `tab-${tab.id}` === id);
        if (chosen && chosen.id !== active) onChange(chosen.id);
      }}
    >
      {tabs.map((tab) => (
        <vscode-panel-tab key={tab.id} id={`tab-${tab.id}`}>
          {tab.label}
          {tab.badge && <Badge {...tab.badge} />}
        </vscode-panel-tab>
      ))}
      {tabs.map((tab) => (
        <vscode-panel-view key={tab.id} id={`view-${tab.id}`}>
          {tab.id === active && tab.content()}
        </vscode-panel-view>
      ))}
    </vscode-panels>
  );
}
