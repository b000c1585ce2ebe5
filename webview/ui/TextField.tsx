import './toolkit.ts';

export interface TextFieldProps {
  readonly name: string;
  readonly value: string;
  readonly placeholder: string;
  readonly onInput: (value: string) => void;
}

export function TextField({ name, value, placeholder, onInput }: TextFieldProps) {
  return (
    <vscode-text-field
      class="text-field"
      aria-label={name}
      title={name}
      value={value}
      placeholder={placeholder}
      onInput={(event) => onInput((event.currentTarget as HTMLElement & { value: string }).value)}
    />
  );
}
