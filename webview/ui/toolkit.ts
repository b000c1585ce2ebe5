import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodePanelTab,
  vsCodePanels,
  vsCodePanelView,
  vsCodeProgressRing,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import type { HTMLAttributes } from 'preact';

interface ButtonAttributes extends HTMLAttributes {
  readonly appearance?: 'primary' | 'secondary' | 'icon';
  readonly disabled?: boolean;
}

interface TextFieldAttributes extends HTMLAttributes {
  readonly value: string;
  readonly placeholder: string;
  readonly disabled?: boolean;
}

interface OptionAttributes extends HTMLAttributes {
  readonly value: string;
  readonly selected: boolean;
}

interface CheckboxAttributes extends HTMLAttributes {
  readonly checked: boolean;
  readonly disabled?: boolean;
}

interface DropdownAttributes extends HTMLAttributes {
  readonly disabled?: boolean;
}

interface PanelsAttributes extends HTMLAttributes {
  readonly activeid: string;
}

declare module 'preact' {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the only way to add elements to JSX
  namespace JSX {
    interface IntrinsicElements {
      'vscode-button': ButtonAttributes;
      'vscode-checkbox': CheckboxAttributes;
      'vscode-dropdown': DropdownAttributes;
      'vscode-option': OptionAttributes;
      'vscode-panels': PanelsAttributes;
      'vscode-panel-tab': HTMLAttributes;
      'vscode-panel-view': HTMLAttributes;
      'vscode-progress-ring': HTMLAttributes;
      'vscode-text-field': TextFieldAttributes;
    }
  }
}

/** Makes the toolkit's elements known to the page. Called once, before the first render. */
export function registerToolkit(): void {
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeCheckbox(),
    vsCodeDropdown(),
    vsCodeOption(),
    vsCodePanels(),
    vsCodePanelTab(),
    vsCodePanelView(),
    vsCodeProgressRing(),
    vsCodeTextField(),
  );
}
