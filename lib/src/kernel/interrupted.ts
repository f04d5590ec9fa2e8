/** A cell that was stopped. There is no more to say: who pressed the button knows why. */
export class Interrupted extends Error {
  override readonly name: string = 'Interrupted';
}
