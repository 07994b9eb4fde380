/** Puts a text on the clipboard; says whether that worked. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyByField(text);
  }
}

/** The way of engines that do not let a page at the clipboard: mark a field, and copy what is marked. */
function copyByField(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'unseen';
  document.body.append(field);
  field.select();
  try {
    // Deprecated, and the only way there is left here.
    return (document as { execCommand: (name: string) => boolean }).execCommand('copy');
  } catch {
    return false;
  } finally {
    field.remove();
  }
}
