/** The parts of the window, for a key that goes from one to the next. */

/** What each is, and what takes the focus in it. */
const PANES = [
  ['.list', '[data-row][tabindex="0"]'],
  ['[role=log]', '[data-message-id][tabindex="0"]'],
  ['form', '#composer'],
  ['.info', 'button'],
  ['.toaster', 'button'],
] as const;

/** From where the focus is to the next part that is there, or the one before. */
export function stepPane(by: 1 | -1): void {
  const doors = PANES.flatMap(([pane, door]) => {
    const element = document.querySelector<HTMLElement>(`${pane} ${door}`);
    return element === null ? [] : [{ pane, element }];
  });
  const at = doors.findIndex(
    ({ pane }) => document.activeElement?.closest(pane) instanceof Element,
  );
  const next = at < 0 && by < 0 ? doors.length - 1 : at + by + doors.length;
  doors[next % doors.length]?.element.focus();
}
