import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

const ICON = /@lucide\/svelte\/dist\/icons\/[\w-]+\.svelte$/;

type Shape = [tag: string, attributes: Record<string, string>];

/**
 * Lucide puts each icon together from a list of shapes when it is shown, which takes
 * about as long as the rest of a row. Here the same icon becomes markup when the page
 * is built, so that showing one is copying a node.
 */
export function icons(): Plugin {
  return {
    name: 'kith-icons',
    enforce: 'pre',
    load(id) {
      if (!ICON.test(id)) return null;
      const data = /const iconData = (\{.*\});$/m.exec(readFileSync(id, 'utf8'))?.[1];
      if (data === undefined) throw new Error(`This is no icon as Lucide wrote them: ${id}`);
      const { node } = JSON.parse(data) as { node: Shape[] };
      const shapes = node.map(([tag, attributes]) => {
        const written = Object.entries(attributes).map(([name, value]) => `${name}="${value}"`);
        return `<${tag} ${written.join(' ')} />`;
      });
      return `<script>
  let { size = 18, strokeWidth = 1.75, class: more = '', role, 'aria-label': label } = $props();
</script>

<svg xmlns="http://www.w3.org/2000/svg" class="lucide {more}" width={size} height={size}
  viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width={strokeWidth}
  stroke-linecap="round" stroke-linejoin="round"
  {role} aria-label={label} aria-hidden={label === undefined ? 'true' : undefined}>${shapes.join('')}</svg>
`;
    },
  };
}
