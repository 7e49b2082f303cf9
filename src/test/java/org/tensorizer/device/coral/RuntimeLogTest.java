package org.tensorizer.device.coral;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuntimeLogTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "transfer on tag 2 failed. Abort. Deadline exceeded: USB transfer error 2|parameters|timeout (2)|power",
                "transfer on tag 0 failed. Abort. Unknown: USB transfer error 1|instructions|unknown error (1)|cable",
                "transfer on tag 1 failed. Abort. Internal: USB transfer error 4|input|stall (4)|refused",
                "transfer on tag 3 failed. Abort. Data loss: USB transfer error 6|output|overflow (6)|more than",
                "transfer on tag 7 failed. Abort. Unavailable: USB transfer error 5|interrupt 3|device gone (5)|left the bus",
                "HandleQueuedBulkIn transfer in failed. Unavailable: USB transfer error 5|reading results|device gone (5)|two processes",
                "ProcessIo failed. async transfer out failed. Abort. Unavailable: USB error -4 [AsyncBulkOutTransfer]|AsyncBulkOutTransfer|no such device (-4)|unplugged",
                "async transfer out failed. Abort. Unavailable: USB error -1 [AsyncBulkOutTransfer]|AsyncBulkOut|I/O error (-1)|cable",
                "Non-OK-status: CheckHibError() status: Internal: HIB Error. hib_error_status = 0000000000000008, hib_first_error_status = 0000000000000008|fatal error|0x8|patch",
                "Check failed: No active request to complete.|once more|done|earlier",
                "Package requires runtime version (14), which is newer than this runtime version (13).|runtime version 14|has 13|old libedgetpu",
                "Package verification failed.|refuses the package|package|damaged",
                "Internal: Parameter caching tag is not set.|token 0|PARAMETER_CACHING|token",
                "Encountered an unresolved custom op. Did you miss a custom op or delegate?|did not take|custom op|another TFLite",
                "ValueError: Failed to load delegate from libedgetpu.so.1|not be opened|device|permission"
            })
    void saysWhichTransferWhichStatusAndWhy(String line, String what, String status, String cause) {
        RuntimeLog.Diagnosis diagnosis = RuntimeLog.diagnose(
                        List.of("I something else", "F driver/usb/usb_driver.cc:1097] " + line, "Aborted"))
                .orElseThrow();
        assertThat(diagnosis.what() + diagnosis.cause()).contains(what, status, cause);
        assertThat(diagnosis.remedy()).isNotBlank();
    }

    @Test
    void theLastLineThatIsUnderstoodCounts() {
        assertThat(RuntimeLog.diagnose(List.of(
                                "transfer on tag 1 failed. Abort. USB transfer error 4",
                                "transfer on tag 2 failed. Abort. USB transfer error 2"))
                        .orElseThrow()
                        .what())
                .contains("parameters");
    }

    /** Armed reads time out every 6 s, and are cancelled at close, in runs in which nothing is wrong. */
    @Test
    void linesOfLevelIJudgeNothing() {
        String timeout = "I driver/usb/local_usb_device.cc:944] ConvertLibUsbTransferStatus: USB transfer error 2"
                + " [LibUsbDataInCallback]";
        assertThat(RuntimeLog.diagnose(List.of(timeout, "W :1] USB transfer error 3")))
                .isEmpty();
        assertThat(RuntimeLog.diagnose(List.of("F :870] transfer on tag 2 failed. USB transfer error 5", timeout))
                        .orElseThrow()
                        .what())
                .contains("device gone");
        assertThat(RuntimeLog.refusal(List.of("I :142] Unavailable: USB error -6 [ClaimInterface]"))
                        .orElseThrow()
                        .cause())
                .contains("another process");
    }

    @Test
    void saysNothingWhereItUnderstandsNothing() {
        assertThat(RuntimeLog.diagnose(List.of("hello", "transfer on tag x failed")))
                .isEmpty();
        assertThat(RuntimeLog.diagnose(List.of("transfer on tag 99999999999 failed, error 99999999999")))
                .isPresent();
        assertThat(RuntimeLog.diagnose(List.of())).isEmpty();
    }
}
