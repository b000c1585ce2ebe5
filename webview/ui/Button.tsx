import type { ComponentChildren } from 'preact';
import './toolkit.ts';

export interface ButtonProps {
  /** What it does, for a screen reader and as its tooltip. */
  readonly name: string;
  readonly appearance?: 'primary' | 'secondary' | 'icon';
  /** For a button that stays down. */
  readonly pressed?: boolean;
  /** For a button that shows and hides another element. */
  readonly expanded?: boolean;
  readonly disabled?: boolean;
  readonly onClick: () => void;
  readonly children: ComponentChildren;
}

export function Button(props: ButtonProps) {
  return (
    <vscode-button
      appearance={props.appearance ?? 'secondary'}
      aria-label={props.name}
      title={props.name}
      {...(props.pressed === undefined ? {} : { 'aria-pressed': props.pressed })}
      {...(props.expanded === undefined ? {} : { 'aria-expanded': props.expanded })}
      {...(props.disabled === undefined ? {} : { disabled: props.disabled })}
      onClick={props.onClick}
    >
      {props.children}
    </vscode-button>
  );
}
