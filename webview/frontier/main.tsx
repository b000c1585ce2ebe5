import { render } from 'preact';
import { FRONTIER_ELEMENT } from '../../src/core/plan/frontierHtml.ts';
import type { FrontierReport } from '../../src/core/plan/frontierReport.ts';
import { t } from '../ui/localise.ts';
import { registerToolkit } from '../ui/toolkit.ts';
import { FrontierPage } from './FrontierPage.tsx';
import '../ui/page.css';
import './frontier.css';

function start(root: HTMLElement): void {
  registerToolkit();
  const text = document.getElementById(FRONTIER_ELEMENT)?.textContent;
  if (text === undefined) {
    render(
      <p class="panel-error" role="alert">
        {t('This page carries no figures. Write it again with Eigenscope.')}
      </p>,
      root,
    );
    return;
  }
  render(<FrontierPage report={JSON.parse(text) as FrontierReport} />, root);
}

start(document.getElementById('app') ?? document.body);
