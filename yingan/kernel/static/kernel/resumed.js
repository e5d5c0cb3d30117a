/* The window opened for signing in again: tells the waiting page and closes itself. */
new BroadcastChannel('yingan-session').postMessage('signed-in');
window.close();
