/** The version of the kit that this build writes and expects. It rises with every change of what the SQL promises. */
export const KIT_VERSION = 1;
