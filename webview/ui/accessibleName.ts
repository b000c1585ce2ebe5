import { useLayoutEffect, useRef } from 'preact/hooks';

/**
 * Gives an element of the toolkit its accessible name once it is in the page: some of them put a name of
 * their own (such as "Text field") in its place when they are connected.
 */
export function useAccessibleName<Element extends HTMLElement>(name: string) {
  const ref = useRef<Element>(null);
  useLayoutEffect(() => ref.current?.setAttribute('aria-label', name));
  return ref;
}
