/**
 * The part of the browser that the page's script uses. The DOM's own declarations would put its globals (`name`, `status`,
 * `event` …) within reach of every file that runs in Node.
 */
export interface PageWindow {
  readonly document: PageDocument;
  readonly location: { readonly hash: string };
  readonly navigator: { readonly clipboard?: { writeText(text: string): Promise<void> } };
  readonly localStorage: { getItem(key: string): string | null; setItem(key: string, value: string): void };
  matchMedia(query: string): { readonly matches: boolean };
  getSelection(): { selectAllChildren(node: PageElement): void } | null;
  addEventListener(type: string, listener: () => void): void;
}

interface PageDocument {
  readonly documentElement: PageElement;
  createElement(tag: string): PageElement;
  getElementById(id: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
  addEventListener(type: string, listener: (event: PageEvent) => void): void;
}

interface PageEvent {
  readonly target: PageElement;
  preventDefault(): void;
}

export interface PageElement {
  readonly dataset: Record<string, string | undefined>;
  readonly previousElementSibling: PageElement | null;
  hidden: boolean;
  open: boolean;
  value: string;
  checked: boolean;
  textContent: string | null;
  append(...nodes: (PageElement | string)[]): void;
  replaceChildren(...nodes: (PageElement | string)[]): void;
  setAttribute(name: string, value: string): void;
  closest(selector: string): PageElement | null;
  addEventListener(type: string, listener: (event: PageEvent) => void): void;
  scrollIntoView(): void;
}
