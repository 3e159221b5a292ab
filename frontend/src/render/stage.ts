/**
 * Tells the stage's size now and whenever it changes: CSS pixels, and device pixels a CSS pixel (which changes with the
 * screen and with the browser's zoom).
 */
export function watchStage(
  stage: HTMLElement,
  tell: (width: number, height: number, ratio: number) => void,
): void {
  const now = () => tell(stage.clientWidth, stage.clientHeight, window.devicePixelRatio);
  new ResizeObserver(now).observe(stage);
  const watchRatio = () => {
    const query = matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    const changed = () => {
      now();
      watchRatio();
    };
    query.addEventListener("change", changed, { once: true });
  };
  watchRatio();
  now();
}
