/** Which way the interface reads: menus open their own menus to that side. */
export const direction = (): 'ltr' | 'rtl' =>
  document.documentElement.dir === 'rtl' ? 'rtl' : 'ltr';
