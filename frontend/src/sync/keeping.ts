import type { Kept } from "./wire";

/** What the server keeps for us, and what was chosen here meanwhile: that is newer. Source: SPEC.md B10. */
export class Keeping {
  private kept: Partial<Kept> = {};
  private wasWelcome = false;

  /**
   * @param tell tells the server what it does not have; called at any time, also before it said welcome
   * @param restore told, at the first welcome, how one goes on
   */
  constructor(
    private readonly tell: (news: Partial<Kept>) => void,
    private readonly restore: (kept: Kept) => void,
  ) {}

  choose(change: Partial<Kept>): void {
    const news = differing(change, this.kept);
    this.kept = { ...this.kept, ...change };
    if (news !== undefined) this.tell(news);
  }

  /** The server says what it has. */
  welcome(kept: Kept): void {
    const news = differing(this.kept, kept);
    if (news !== undefined) this.tell(news);
    if (!this.wasWelcome) this.restore({ ...kept, ...this.kept });
    this.wasWelcome = true;
    this.kept = { ...kept, ...this.kept };
  }
}

/** What of a change is one; undefined when nothing is. */
function differing(change: Partial<Kept>, kept: Partial<Kept>): Partial<Kept> | undefined {
  const news = Object.entries(change).filter(([key, value]) => kept[key as keyof Kept] !== value);
  return news.length === 0 ? undefined : Object.fromEntries(news);
}
