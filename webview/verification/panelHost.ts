import { VERIFICATION_ELEMENT } from '../../src/core/report/html.ts';
import type {
  ShownVerification,
  VerificationPanelHost,
} from '../../src/protocol/verificationPanelApi.ts';
import { download } from '../ui/download.ts';
import { t } from '../ui/localise.ts';

/** The host of a verification that is a file of its own: its data is in the page, an export is a download. */
export function standaloneHost(): VerificationPanelHost {
  const element = document.getElementById(VERIFICATION_ELEMENT);
  const read = (): ShownVerification => {
    if (!element)
      throw new Error(t('This page carries no verification. Write it again with Eigenscope.'));
    return JSON.parse(element.textContent) as ShownVerification;
  };
  return {
    verification: () => Promise.resolve().then(read),
    save: ({ name, text }) => {
      download(name, text, 'application/json');
      return Promise.resolve();
    },
    verifyAgain: () => Promise.reject(new Error(t('A file cannot verify; run Eigenscope.'))),
  };
}
