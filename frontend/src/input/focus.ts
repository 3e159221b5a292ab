/** Takes the focus off whatever has it: keys are for the drawing then. */
export function letGo(): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}
