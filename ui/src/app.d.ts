/** True where the invented backend may be chosen: never in what ships. */
declare const __FAKE__: boolean;
