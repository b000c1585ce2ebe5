import { useEffect, useRef } from 'preact/hooks';
import './Slider.css';

/** How long a slider that is moved by keys has to rest until it has settled. */
const REST_MS = 500;

export interface SliderProps {
  /** Accessible name. */
  readonly name: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly step: number;
  /** The value in words. */
  readonly text: string;
  readonly disabled?: boolean;
  /** At every move. */
  readonly onMove: (value: number) => void;
  /** When the pointer lets go, and when keys have rested: what is worth keeping. */
  readonly onSettle: (value: number) => void;
}

/** The platform's slider in the colours of the theme, by pointer and by keyboard. */
export function Slider(props: SliderProps) {
  const { name, value, least, most, step, text, disabled = false, onMove, onSettle } = props;
  const rest = useRef<number>(undefined);
  const byPointer = useRef(false);
  const settle = useRef(onSettle);
  settle.current = onSettle;
  useEffect(() => () => window.clearTimeout(rest.current), []);

  const settleNow = (input: HTMLInputElement): void => {
    window.clearTimeout(rest.current);
    rest.current = undefined;
    settle.current(Number(input.value));
  };
  return (
    <input
      class="slider"
      type="range"
      aria-label={name}
      aria-valuetext={text}
      title={name}
      min={least}
      max={most}
      step={step}
      value={value}
      disabled={disabled}
      onPointerDown={() => {
        byPointer.current = true;
      }}
      onKeyDown={() => {
        byPointer.current = false;
      }}
      onInput={(event) => onMove(Number(event.currentTarget.value))}
      onChange={(event) => {
        const input = event.currentTarget;
        window.clearTimeout(rest.current);
        // The browser reports every press of a key as a change, and a drag once, when it is over.
        if (byPointer.current) settleNow(input);
        else rest.current = window.setTimeout(() => settleNow(input), REST_MS);
      }}
      onBlur={(event) => {
        if (rest.current !== undefined) settleNow(event.currentTarget);
      }}
    />
  );
}
