package org.tensorizer.template;

import com.google.flatbuffers.FlatBufferBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.tensorizer.base.BadInputException;
import org.tensorizer.model.Operator;
import org.tensorizer.model.OperatorOptions;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.model.schema.Model;
import org.tensorizer.model.schema.ReshapeOptions;

/**
 * Options of a builtin operator, taken over as they are. Tables of numbers are copied byte by byte whether their fields
 * are known or not; of those that hold lists or name subgraphs, RESHAPE and SQUEEZE are written anew and the others
 * refused.
 */
final class CopiedOptions {
    private static final int RESHAPE = 17;
    private static final int SQUEEZE = 30;
    private static final int LAST_OF_NUMBERS = 105;

    /** Union members up to there that hold lists or number subgraphs. */
    private static final Set<Integer> OTHERS = Set.of(4, 83, 92, 93, 103);

    private static final int ALIGNMENT = 8;

    private final TfliteModel source;
    private final Operator operator;
    private final int type;
    private final int table;

    private CopiedOptions(TfliteModel source, Operator operator, int type, int table) {
        this.source = source;
        this.operator = operator;
        this.type = type;
        this.table = table;
    }

    /** @throws org.tensorizer.base.BadInputException the options cannot be taken over */
    static CopiedOptions of(TfliteModel source, Operator operator) {
        OptionsTable found = new OptionsTable();
        var table = Model.getRootAsModel(source.bytes()).subgraphs(0).operators(operator.index());
        int type = table.builtinOptionsType() & 0xff;
        if (type == 0 || table.builtinOptions(found) == null) {
            return new CopiedOptions(source, operator, 0, 0);
        }
        if (type > LAST_OF_NUMBERS || OTHERS.contains(type)) {
            throw new BadInputException(source.name() + ": operator " + operator.index() + " (" + operator.name()
                    + ") would stay on the host, but its options of kind " + type + " cannot be taken over");
        }
        return new CopiedOptions(source, operator, type, found.position());
    }

    /** Tensors of the source that the operator has to itself, such as those between the gates of an LSTM; -1 for none. */
    List<Integer> intermediates() {
        var table = Model.getRootAsModel(source.bytes()).subgraphs(0).operators(operator.index());
        return IntStream.range(0, table.intermediatesLength())
                .mapToObj(table::intermediates)
                .toList();
    }

    /** Number of the table in TFLite's union, 0 for none. */
    int type() {
        return type;
    }

    /** @return the table, 0 if there is none */
    int write(FlatBufferBuilder b) {
        if (type == 0) {
            return 0;
        }
        if (type == RESHAPE) {
            int[] shape = ((OperatorOptions.Reshape) operator.options())
                    .newShape().stream().mapToInt(Integer::intValue).toArray();
            return ReshapeOptions.createReshapeOptions(b, ReshapeOptions.createNewShapeVector(b, shape));
        }
        return type == SQUEEZE ? squeeze(b) : copy(b);
    }

    private int squeeze(FlatBufferBuilder b) {
        ByteBuffer bytes = source.bytes();
        int vtable = table - bytes.getInt(table);
        int field = bytes.getShort(vtable) > 4 ? bytes.getShort(vtable + 4) : 0;
        int count = 0;
        if (field != 0) {
            int list = table + field + bytes.getInt(table + field);
            count = bytes.getInt(list);
            b.startVector(Integer.BYTES, count, Integer.BYTES);
            for (int i = count - 1; i >= 0; i--) {
                b.addInt(bytes.getInt(list + Integer.BYTES * (i + 1)));
            }
        } else {
            b.startVector(Integer.BYTES, 0, Integer.BYTES);
        }
        int dimensions = b.endVector();
        b.startTable(1);
        b.addOffset(0, dimensions, 0);
        return b.endTable();
    }

    /** The vtable and the numbers of the table, one behind the other. */
    private int copy(FlatBufferBuilder b) {
        ByteBuffer bytes = source.bytes().order(ByteOrder.LITTLE_ENDIAN);
        int vtable = table - bytes.getInt(table);
        int vtableBytes = bytes.getShort(vtable);
        int tableBytes = bytes.getShort(vtable + 2);
        int front = (vtableBytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        b.prep(ALIGNMENT, (front + tableBytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        b.pad((ALIGNMENT - (front + tableBytes) % ALIGNMENT) % ALIGNMENT);
        for (int i = tableBytes - 1; i >= Integer.BYTES; i--) {
            b.putByte(bytes.get(table + i));
        }
        b.putInt(front);
        int copied = b.offset();
        b.pad(front - vtableBytes);
        for (int i = vtableBytes - 1; i >= 0; i--) {
            b.putByte(bytes.get(vtable + i));
        }
        return copied;
    }

    /** Tells where a table of any kind stands. */
    private static final class OptionsTable extends com.google.flatbuffers.Table {
        int position() {
            return bb_pos;
        }
    }
}
