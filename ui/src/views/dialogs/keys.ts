/** Ways to the list that others take. */

/** To the search above the list, once it is there. */
export function focusSearch(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>('#search')?.focus());
}
