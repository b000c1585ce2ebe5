import { useEffect, useRef, useState } from 'preact/hooks';

/** An element's inner width and height in pixels, measured now and at every change. */
export function useBoxSize(): {
  readonly ref: { current: HTMLDivElement | null };
  readonly width: number;
  readonly height: number;
} {
  const ref = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 600, height: 400 });
  useEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() =>
      setSize({ width: element.clientWidth, height: element.clientHeight }),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, ...size };
}
