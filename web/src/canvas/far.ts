/** Below this zoom cards are too small to read: the graph is one picture. */
export const FAR = 0.4;
