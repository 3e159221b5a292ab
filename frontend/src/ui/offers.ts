import type { Offer } from "../sync/couriers";

/** What earlier pages left unsaved too long ago to be sent unasked: the person is asked, one after the other. */
export class Offers {
  private open: readonly Offer[] = [];

  /** @param changed told when the next question is another one */
  constructor(private readonly changed: () => void) {}

  get next(): Offer | undefined {
    return this.open[0];
  }

  add(offer: Offer): void {
    this.open = [...this.open, offer];
    this.changed();
  }

  answer(offer: Offer, send: boolean): void {
    if (send) offer.send();
    else offer.discard();
    this.open = this.open.filter((other) => other !== offer);
    this.changed();
  }
}
