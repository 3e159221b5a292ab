import type { IconNode } from "lucide";
import { h } from "preact";

/** A lucide icon. Always beside a name for those who do not see it. */
export function Icon({ node }: { node: IconNode }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      {node.map(([tag, attributes]) => h(tag, attributes))}
    </svg>
  );
}
