/** A canvas in CSS pixels, as fine as the screen; its content is gone. */
export function prepared(canvas: HTMLCanvasElement): {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
} {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = devicePixelRatio;
  const [pixelsWide, pixelsHigh] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== pixelsWide || canvas.height !== pixelsHigh) {
    canvas.width = pixelsWide;
    canvas.height = pixelsHigh;
  }
  const context = canvas.getContext('2d')!;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

/** A picture of one pixel for each number, that is drawn enlarged. */
export function picture(columns: number, rows: number): OffscreenCanvasRenderingContext2D {
  return new OffscreenCanvas(Math.max(1, columns), rows).getContext('2d')!;
}

/** A column of a waveform, from its lowest to its highest sample; columns overlap a little, without seams. */
export function drawPeak(
  context: CanvasRenderingContext2D,
  { x, width, middle }: { x: number; width: number; middle: number },
  low: number,
  high: number,
): void {
  context.fillRect(x, middle * (1 - high), width + 0.3, Math.max(1, middle * (high - low)));
}

/** Calls `draw` once before the next frame, however often it is asked to. */
export function onNextFrame(draw: () => void): () => void {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  };
}
