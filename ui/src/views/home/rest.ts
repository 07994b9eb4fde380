/**
 * What the home screen's first picture does not show, in one piece: it is loaded
 * when the list is on screen (`later.svelte.ts`).
 */

export { default as CreateDialog } from '../create/CreateDialog.svelte';
export { default as ChoosingBar } from '../dialogs/ChoosingBar.svelte';
export { default as DialogMenu } from '../dialogs/DialogMenu.svelte';
export { default as ListMenu } from '../dialogs/ListMenu.svelte';
export { default as Questions } from '../dialogs/Questions.svelte';
export { default as DirectoryDialog } from '../directory/DirectoryDialog.svelte';
export { default as Info } from '../info/Info.svelte';
export { default as KeysDialog } from '../settings/KeysDialog.svelte';
export { default as SettingsDialog } from '../settings/SettingsDialog.svelte';
export { default as Conversation } from '../timeline/Conversation.svelte';
export { default as WaitingDialog } from '../waiting/WaitingDialog.svelte';
export { default as Tips } from '../../parts/Tips.svelte';
