/** Several devices shared by experiments that run at the same time. */
package org.tensorizer.device.pool;
