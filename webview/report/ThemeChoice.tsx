import { useState } from 'preact/hooks';
import { t } from '../ui/localise.ts';
import { Select } from '../ui/Select.tsx';

/** Theme of a report that is a file of its own: the system's, or the reader's choice. */
export function ThemeChoice() {
  const [theme, setTheme] = useState('system');
  return (
    <Select
      name={t('Theme')}
      value={theme}
      options={[
        { value: 'system', label: t('System theme') },
        { value: 'light', label: t('Light') },
        { value: 'dark', label: t('Dark') },
      ]}
      onChange={(chosen) => {
        document.documentElement.dataset['theme'] = chosen;
        setTheme(chosen);
      }}
    />
  );
}
