import { t } from '../ui/localise.ts';

/** A role, or all of them, in a person's words; a role this panel does not know stays as it is. */
export function roleLabel(role: string): string {
  switch (role) {
    case 'all':
      return t('All layers');
    case 'linear':
      return t('Linear');
    case 'conv':
      return t('Convolution');
    case 'recurrent':
      return t('Recurrent');
    case 'embedding':
      return t('Embedding');
    default:
      return role;
  }
}
