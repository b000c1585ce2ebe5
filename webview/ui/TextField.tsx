import { useAccessibleName } from './accessibleName.ts';
import './toolkit.ts';

export interface TextFieldProps {
  readonly name: string;
  readonly value: string;
  readonly placeholder: string;
  readonly onInput: (value: string) => void;
}

export function TextField({ name, value, placeholder, onInput }: TextFieldProps) {
  const ref = useAccessibleName<HTMLElement>(name);
  return (
    <vscode-text-field
      ref={ref}
      class="text-field"
      title={name}
      value={value}
      placeholder={placeholder}
      onInput={(event) => onInput((event.currentTarget as HTMLElement & { value: string }).value)}
    />
  );
}
