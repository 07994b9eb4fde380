/**
 * What a formatted text is made of. It is a tree of plain values that views draw
 * with elements of their own: no markup comes out of a text, ever.
 */

export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'bold' | 'italic' | 'strike'; children: Inline[] }
  | { kind: 'code'; text: string }
  | { kind: 'mention'; user: number; text: string }
  /** `host` is told where the words do not say where the link leads. */
  | { kind: 'link'; href: string; host: string | null; children: Inline[] };

export type Block =
  | { kind: 'lines'; children: Inline[] }
  | { kind: 'code'; lang: string; text: string }
  | { kind: 'quote'; children: Block[] }
  /** `start` is the first number of a numbered list. */
  | { kind: 'list'; start: number | null; items: Block[][] };

/** The letters of a tree, without what made it. */
export function lettersOf(nodes: readonly (Inline | Block)[], between = ''): string {
  return nodes
    .map((node) => {
      switch (node.kind) {
        case 'text':
        case 'code':
        case 'mention':
          return node.text;
        case 'list':
          return node.items.map((item) => lettersOf(item, '\n')).join('\n');
        case 'quote':
          return lettersOf(node.children, '\n');
        default:
          return lettersOf(node.children);
      }
    })
    .join(between);
}
