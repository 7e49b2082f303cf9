/** Shared libraries as files: what an ELF header says, and a private cache for those that come inside a jar. */
package org.tensorizer.device.library;
