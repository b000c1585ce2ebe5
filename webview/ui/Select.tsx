import { useLayoutEffect, useRef } from 'preact/hooks';
import './toolkit.ts';
import './Select.css';

export interface SelectProps {
  readonly name: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly disabled?: boolean;
  readonly onChange: (value: string) => void;
}

type Dropdown = HTMLElement & { value: string };

export function Select({ name, value, options, disabled = false, onChange }: SelectProps) {
  const ref = useRef<Dropdown>(null);
  // The element learns of its options after they are inserted, and forgets a value set before that.
  useLayoutEffect(() => {
    if (ref.current && ref.current.value !== value) ref.current.value = value;
  });
  return (
    <vscode-dropdown
      ref={ref}
      class="select"
      aria-label={name}
      title={name}
      disabled={disabled}
      onChange={(event: Event) => {
        event.stopPropagation();
        const chosen = (event.currentTarget as Dropdown).value;
        if (chosen !== value) onChange(chosen);
      }}
    >
      {options.map((option) => (
        <vscode-option key={option.value} value={option.value} selected={option.value === value}>
          {option.label}
        </vscode-option>
      ))}
    </vscode-dropdown>
  );
}
