/** Forms of a sentence by number, as the language counts. */

import { lazy } from '../lib/lazy';

type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** For a locale, a function that picks the form for a number and puts it in for `#`. */
export function pluralizer(locale: string): (n: number, forms: Forms) => string {
  const rules = lazy(() => new Intl.PluralRules(locale));
  const numbers = lazy(() => new Intl.NumberFormat(locale));
  return (n, forms) =>
    (forms[rules().select(n)] ?? forms.other).replaceAll('#', numbers().format(n));
}
