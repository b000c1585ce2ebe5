import { useMemo, useState } from 'preact/hooks';
import type { Grouping } from '../ui/groupRows.ts';

/** Which groups of a table are folded away. */
export function useFolding(): Pick<Grouping<never>, 'collapsed' | 'onToggle'> {
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  return useMemo(
    () => ({
      collapsed,
      onToggle: (key) => {
        const next = new Set(collapsed);
        if (!next.delete(key)) next.add(key);
        setCollapsed(next);
      },
    }),
    [collapsed],
  );
}
