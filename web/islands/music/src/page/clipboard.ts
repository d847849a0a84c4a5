/** Puts a text into the clipboard. To be called within a click; false where the browser will not have it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}

/** Pages that came over plain HTTP get no `navigator.clipboard`, but what is selected can be copied everywhere. */
function copySelected(text: string): boolean {
  const focused = document.activeElement;
  // What lies outside an open dialog is inert: nothing there can be selected.
  const place = document.querySelector("dialog[open]") ?? document.body;
  const field = place.appendChild(document.createElement("textarea"));
  field.value = text;
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return isCopied;
}
