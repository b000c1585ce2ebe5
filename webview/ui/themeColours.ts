import { useEffect, useState } from 'preact/hooks';

/** The colours a canvas needs, each with the theme variables to try in order. */
const VARIABLES = {
  foreground: ['--vscode-foreground'],
  muted: ['--vscode-descriptionForeground', '--vscode-foreground'],
  grid: ['--vscode-contrastBorder', '--vscode-editorWidget-border', '--vscode-panel-border'],
  tooltipBackground: ['--vscode-editorHoverWidget-background', '--vscode-editor-background'],
  tooltipForeground: ['--vscode-editorHoverWidget-foreground', '--vscode-foreground'],
  tooltipBorder: ['--vscode-editorHoverWidget-border', '--vscode-foreground'],
  blue: ['--vscode-charts-blue'],
  red: ['--vscode-charts-red'],
  green: ['--vscode-charts-green'],
  purple: ['--vscode-charts-purple'],
  warning: ['--vscode-problemsWarningIcon-foreground', '--vscode-charts-yellow'],
  error: ['--vscode-problemsErrorIcon-foreground', '--vscode-charts-red'],
  selection: ['--vscode-focusBorder'],
} as const;

export type ColourName = keyof typeof VARIABLES;
export type ThemeColours = Readonly<Record<ColourName, string>>;

/** The theme's colours as `rgb(...)`; read through the browser, so that any way of writing one is resolved. */
export function readThemeColours(): ThemeColours {
  const probe = document.createElement('span');
  document.body.append(probe);
  const root = getComputedStyle(document.documentElement);
  const entries = Object.entries(VARIABLES).map(([name, variables]) => {
    const variable =
      variables.find((candidate) => root.getPropertyValue(candidate).trim() !== '') ?? variables[0];
    probe.style.color = `var(${variable}, currentcolor)`;
    return [name, getComputedStyle(probe).color];
  });
  probe.remove();
  return Object.fromEntries(entries) as ThemeColours;
}

/** The theme's colours, read again whenever the editor, the system or the reader changes the theme. */
export function useThemeColours(): ThemeColours {
  const [colours, setColours] = useState(readThemeColours);
  useEffect(() => {
    const update = (): void => {
      const next = readThemeColours();
      setColours((current) => (JSON.stringify(current) === JSON.stringify(next) ? current : next));
    };
    const observer = new MutationObserver(update);
    observer.observe(document.documentElement, {
      attributes: true,
      attributeFilter: ['style', 'class', 'data-theme'],
    });
    observer.observe(document.body, {
      attributes: true,
      attributeFilter: ['class', 'data-vscode-theme-kind'],
    });
    const system = matchMedia('(prefers-color-scheme: dark)');
    system.addEventListener('change', update);
    // It may have changed between the first reading and now.
    update();
    return () => {
      observer.disconnect();
      system.removeEventListener('change', update);
    };
  }, []);
  return colours;
}
