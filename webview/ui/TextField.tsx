import { useAccessibleName } from './accessibleName.ts';
import './toolkit.ts';

export interface TextFieldProps {
  readonly name: string;
  readonly value: string;
  readonly placeholder: string;
  /** The text is not one that can be used. */
  readonly invalid?: boolean;
  readonly disabled?: boolean;
  readonly onInput: (value: string) => void;
  /** What Enter does. */
  readonly onEnter?: () => void;
}

export function TextField(props: TextFieldProps) {
  const { name, value, placeholder, invalid, disabled = false, onInput, onEnter } = props;
  const ref = useAccessibleName<HTMLElement>(name);
  return (
    <vscode-text-field
      ref={ref}
      class={invalid ? 'text-field invalid' : 'text-field'}
      {...(invalid === undefined ? {} : { 'aria-invalid': invalid })}
      title={name}
      value={value}
      disabled={disabled}
      placeholder={placeholder}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key === 'Enter') onEnter?.();
      }}
      onInput={(event) => onInput((event.currentTarget as HTMLElement & { value: string }).value)}
    />
  );
}
