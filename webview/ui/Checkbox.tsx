import './toolkit.ts';

export interface CheckboxProps {
  /** Its visible text and its accessible name. */
  readonly name: string;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function Checkbox({ name, checked, disabled = false, onChange }: CheckboxProps) {
  return (
    <vscode-checkbox
      aria-label={name}
      checked={checked}
      disabled={disabled}
      onChange={(event: Event) => {
        event.stopPropagation();
        const next = (event.currentTarget as HTMLElement & { checked: boolean }).checked;
        if (next !== checked) onChange(next);
      }}
    >
      {name}
    </vscode-checkbox>
  );
}
