/** What the browser remembers of a person for all boards. */
export type Habit = "name" | "color" | "width" | "sessions";

/** What was remembered last; empty where there is nothing, or the browser keeps nothing. */
export function remembered(habit: Habit): string {
  try {
    return localStorage.getItem(`whiteboard:${habit}`) ?? "";
  } catch {
    return "";
  }
}

export function remember(habit: Habit, value: string): void {
  try {
    localStorage.setItem(`whiteboard:${habit}`, value);
  } catch {
    // In a private window it holds for this board alone: the server keeps it.
  }
}
